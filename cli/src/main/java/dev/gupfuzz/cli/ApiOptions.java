package dev.gupfuzz.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which coordinator to talk to, and with which token. */
final class ApiOptions {
    static final String TOKEN_ENVIRONMENT = "GUPFUZZ_TOKEN_FILE";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The coordinator. Default: what `up` left in its data directory, else "
                    + CampaignApi.DEFAULT_URL + ".")
    @Nullable
    String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "File with the token. Default: $" + TOKEN_ENVIRONMENT + ", else `token` in the data directory.")
    @Nullable
    String tokenFile;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory of `gupfuzz up`. Default: $XDG_DATA_HOME/gupfuzz.")
    @Nullable
    String data;

    /** The client; adds to the problems, and throws them. */
    CampaignApi connect(Session session) {
        Path directory = DataDirectory.chosen(data, session.terminal().environment());
        URI address = session.problems()
                .attempt(() -> CampaignApi.address("--url", url == null ? DataDirectory.url(directory) : url))
                .orElse(null);
        String fromEnvironment = session.terminal().environment().get(TOKEN_ENVIRONMENT);
        Path file = tokenFile != null
                ? Path.of(tokenFile)
                : fromEnvironment != null ? Path.of(fromEnvironment) : DataDirectory.token(directory);
        String token = "";
        try {
            token = Files.readString(file).strip();
            if (!token.matches("[\\x21-\\x7e]{1,200}")) {
                session.problems().add("the token file " + file + " holds no token");
            }
        } catch (IOException unreadable) {
            session.problems()
                    .add("the token file " + file + " cannot be read: give one with --token-file or $"
                            + TOKEN_ENVIRONMENT + ", or --data and the directory of `gupfuzz up`");
        }
        session.problems().throwIfAny();
        return new CampaignApi(address, token);
    }
}
