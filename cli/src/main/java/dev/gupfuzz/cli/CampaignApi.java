package dev.gupfuzz.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.simulator.BadInput;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A coordinator's REST interface. What the coordinator refuses as bad input is {@link BadInput} here too; that it does
 * not answer, or fails, is an {@link InfrastructureException}.
 */
final class CampaignApi {
    static final int DEFAULT_PORT = 8484;
    static final String DEFAULT_URL = "http://127.0.0.1:" + DEFAULT_PORT;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String CAMPAIGNS = "/api/v1/campaigns";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final URI base;
    private final String token;

    CampaignApi(URI base, String token) {
        this.base = base;
        this.token = token;
    }

    /** Reads the address of a coordinator; throws {@link BadInput}. */
    static URI address(String option, String written) {
        try {
            URI address = URI.create(written);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (http && address.getHost() != null && address.getPort() <= 65_535) {
                return address;
            }
        } catch (IllegalArgumentException notOne) {
            throw new BadInput(List.of(notAddress(option, written)));
        }
        throw new BadInput(List.of(notAddress(option, written)));
    }

    private static String notAddress(String option, String written) {
        return option + " '" + Problems.printable(written) + "' is not an address such as " + DEFAULT_URL;
    }

    /** Accepts a campaign, as JSON; the answer is the campaign. */
    JsonNode create(String specification) throws InfrastructureException, InterruptedException {
        return tree(send("POST", CAMPAIGNS, BodyPublishers.ofString(specification), "application/json"));
    }

    JsonNode list() throws InfrastructureException, InterruptedException {
        return tree(send("GET", CAMPAIGNS, BodyPublishers.noBody(), "application/json"));
    }

    JsonNode show(String name) throws InfrastructureException, InterruptedException {
        return tree(send("GET", path(name), BodyPublishers.noBody(), "application/json"));
    }

    JsonNode findings(String name) throws InfrastructureException, InterruptedException {
        return tree(send("GET", path(name) + "/findings", BodyPublishers.noBody(), "application/json"));
    }

    JsonNode cancel(String name) throws InfrastructureException, InterruptedException {
        return tree(send("POST", path(name) + "/cancel", BodyPublishers.noBody(), "application/json"));
    }

    /** The canonical export. */
    String export(String name) throws InfrastructureException, InterruptedException {
        return send("GET", path(name) + "/export", BodyPublishers.noBody(), "text/plain");
    }

    private static String path(String name) {
        return CAMPAIGNS + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String send(String method, String path, BodyPublisher body, String accept)
            throws InfrastructureException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + token)
                .header("Accept", accept)
                .header("Content-Type", "application/json")
                .method(method, body)
                .build();
        HttpResponse<String> response;
        try {
            response = client.send(request, BodyHandlers.ofString());
        } catch (IOException unreachable) {
            String why = unreachable.getMessage() == null
                    ? unreachable.getClass().getSimpleName()
                    : unreachable.getMessage();
            throw new InfrastructureException(
                    "no coordinator answers at " + base + " (" + why
                            + "): start one with `gupfuzz up` or `gupfuzz coordinator`, or give its address with --url",
                    unreachable);
        }
        int status = response.statusCode();
        if (status / 100 == 2) {
            return response.body();
        }
        if (status == 401 || status == 403) {
            throw new BadInput(List.of("the coordinator at " + base + " refuses the token: give the right one with"
                    + " --token-file, GUPFUZZ_TOKEN_FILE, or --data and the directory of `gupfuzz up`"));
        }
        List<String> problems = problems(response.body())
                .orElse(List.of("the coordinator at " + base + " answers " + status + " to " + method + " " + path));
        if (status / 100 == 4) {
            throw new BadInput(problems);
        }
        throw new InfrastructureException(String.join("; ", problems));
    }

    private Optional<List<String>> problems(String body) {
        try {
            JsonNode document = json.readTree(body);
            List<String> problems = new ArrayList<>();
            document.path("problems").forEach(problem -> problems.add(Problems.printable(problem.asText())));
            return problems.isEmpty() ? Optional.empty() : Optional.of(problems);
        } catch (JsonProcessingException notJson) {
            return Optional.empty(); // a proxy's page, perhaps; the status is told instead
        }
    }

    private JsonNode tree(String body) throws InfrastructureException {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException notJson) {
            throw new InfrastructureException(base + " does not answer with JSON: is it a coordinator?", notJson);
        }
    }
}
