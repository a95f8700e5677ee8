package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gupfuzz healthcheck}: asks a process whether it is ready; for containers, which have no curl. */
@Command(name = "healthcheck", description = "Ask a coordinator or worker whether it is ready: exit code 0 or 6.")
final class HealthcheckVerb implements Verb {
    private static final int LIMIT_MILLIS = 4_000;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "What to ask; an address without a path gets /readyz. Default: " + CampaignApi.DEFAULT_URL + ".")
    String url = CampaignApi.DEFAULT_URL;

    @Mixin
    HelpOption help = new HelpOption();

    @Override
    public int run(Session session) throws InfrastructureException {
        URI address = session.problems()
                .attempt(() -> CampaignApi.address("--url", url))
                .orElse(null);
        session.problems().throwIfAny();
        String path = address.getPath() == null ? "" : address.getPath();
        URI asked = path.isEmpty() || path.equals("/") ? address.resolve("/readyz") : address;
        try {
            HttpURLConnection connection = (HttpURLConnection) asked.toURL().openConnection();
            connection.setConnectTimeout(LIMIT_MILLIS);
            connection.setReadTimeout(LIMIT_MILLIS);
            int status = connection.getResponseCode();
            connection.disconnect();
            if (status != HttpURLConnection.HTTP_OK) {
                throw new InfrastructureException(asked + " answers " + status + ": it runs and is not ready");
            }
        } catch (IOException unreachable) {
            throw new InfrastructureException(asked + " does not answer: " + unreachable.getMessage(), unreachable);
        }
        session.terminal().out().println("ready: " + asked);
        return ExitCode.CLEAN;
    }
}
