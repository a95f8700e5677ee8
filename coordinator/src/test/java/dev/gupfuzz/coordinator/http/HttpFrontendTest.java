package dev.gupfuzz.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.coordinator.metrics.CoordinatorMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guards and answers of every route, over real connections. */
class HttpFrontendTest {
    private static final String READER = "reader-reader-reader-reader-reader";

    @TempDir
    Path dir;

    private final FixedCampaigns campaigns = new FixedCampaigns();
    private final CoordinatorMetrics metrics = new CoordinatorMetrics();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpFrontend frontend;
    private String token;

    @BeforeEach
    void start() throws Exception {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(READER.getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                dir.resolve("tokens"), "# for dashboards\n" + HexFormat.of().formatHex(sha256) + " read\n");
        frontend = HttpFrontend.start(
                AccessTokens.open(dir), campaigns, metrics, new HttpFrontend.Address("127.0.0.1", 0, false, List.of()));
        token = Files.readString(AccessTokens.tokenFile(dir)).strip();
    }

    @AfterEach
    void stop() {
        frontend.close();
        metrics.close();
    }

    private HttpResponse<String> send(String method, String path, String bearer, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + frontend.port() + path));
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        request.method(
                method,
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, token, "");
    }

    private static String concrete(Route route) {
        return route.path().replace(":name", FixedCampaigns.NAME);
    }

    private static JsonNode refusal(HttpResponse<String> response, int status, String error) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        JsonNode document = new ObjectMapper().readTree(response.body());
        assertThat(document.path("error").asText()).isEqualTo(error);
        assertThat(document.path("problems")).isNotEmpty();
        return document;
    }

    @Test
    void shouldRefuseEveryGuardedRouteWithoutAToken() throws Exception {
        assertThat(frontend.routes()).anyMatch(route -> route.scope() == Scope.READ);
        for (Route route : frontend.routes()) {
            for (String bearer : List.of("", "wrong", token + "x", token.substring(1))) {
                HttpResponse<String> response = send(route.method().name(), concrete(route), bearer, "");
                if (route.scope() == Scope.OPEN) {
                    assertThat(response.statusCode()).as(route.path()).isEqualTo(200);
                } else {
                    refusal(response, 401, "unauthenticated");
                    assertThat(response.headers().firstValue("WWW-Authenticate"))
                            .isPresent();
                }
            }
        }
        assertThat(campaigns.changes).isEmpty();
    }

    @Test
    void shouldLetAReaderReadAndNothingElse() throws Exception {
        for (Route route : frontend.routes()) {
            HttpResponse<String> response = send(route.method().name(), concrete(route), READER, "");
            if (route.scope() == Scope.CAMPAIGN) {
                refusal(response, 403, "forbidden");
            } else {
                assertThat(response.statusCode()).as(route.path()).isEqualTo(200);
            }
        }
        assertThat(campaigns.changes).isEmpty();
    }

    @Test
    void shouldChangeNothingByAnyGet() throws Exception {
        for (Route route : frontend.routes()) {
            if (route.method().name().equals("GET")) {
                assertThat(get(concrete(route)).statusCode()).as(route.path()).isEqualTo(200);
            }
        }
        assertThat(campaigns.changes).isEmpty();
        assertThat(frontend.routes())
                .filteredOn(route -> route.scope() == Scope.CAMPAIGN)
                .allMatch(route -> route.method().name().equals("POST"));
    }

    @Test
    void shouldSendItsHeadersWithEveryAnswer() throws Exception {
        for (String path : List.of("/", "/metrics", "/nowhere", "/api/v1/campaigns", "/api/v1/campaigns/none")) {
            HttpResponse<String> response = get(path);
            assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(response.headers().firstValue("Content-Security-Policy"))
                    .hasValue("default-src 'none'; frame-ancestors 'none'");
        }
    }

    @Test
    void shouldAnswerWithJsonWhateverIsWrong() throws Exception {
        refusal(get("/nowhere"), 404, "not_found");
        refusal(get("/api/v1/nowhere"), 404, "not_found");
        refusal(get("/api/v1/campaigns/none"), 404, "not_found");
        refusal(get("/api/v1/campaigns/none/export"), 404, "not_found");
        refusal(send("GET", "/api/v1/nowhere", "", ""), 401, "unauthenticated");
        HttpResponse<String> wrongMethod = send("DELETE", "/api/v1/campaigns/fixed", token, "");
        refusal(wrongMethod, 405, "method_not_allowed");
        assertThat(wrongMethod.headers().firstValue("Allow")).hasValue("GET");
        JsonNode bad = refusal(send("POST", "/api/v1/campaigns", token, "bad"), 400, "bad_input");
        assertThat(bad.path("problems")).hasSize(2);
        refusal(send("POST", "/api/v1/campaigns", token, "taken"), 409, "conflict");
        refusal(send("POST", "/api/v1/campaigns", token, "away"), 503, "unavailable");
        JsonNode internal = refusal(send("POST", "/api/v1/campaigns", token, "broken"), 500, "internal");
        assertThat(internal.toString()).doesNotContain("planted");
        refusal(send("POST", "/api/v1/campaigns/none/cancel", token, ""), 404, "not_found");
    }

    @Test
    void shouldCreateAndCancel() throws Exception {
        HttpResponse<String> created = send("POST", "/api/v1/campaigns", token, "good");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).hasValue("/api/v1/campaigns/new");
        assertThat(send("POST", "/api/v1/campaigns/fixed/cancel", token, "").statusCode())
                .isEqualTo(200);
        assertThat(campaigns.changes).containsExactly("create", "cancel fixed");
    }

    @Test
    void shouldSpellSeedsAsHexadecimalStrings() throws Exception {
        JsonNode campaign =
                new ObjectMapper().readTree(get("/api/v1/campaigns/fixed").body());
        assertThat(campaign.path("version").asInt()).isEqualTo(1);
        assertThat(campaign.path("firstSeed").asText()).isEqualTo("0xffffffffffffffff");
        JsonNode cell = campaign.path("cells").path(0);
        assertThat(cell.path("violations").path(0).path("lowestSeeds").path(1).asText())
                .isEqualTo("0xffffffffffffffff");
        assertThat(cell.path("goals").path("slow-path").asLong()).isEqualTo(5);
        assertThat(campaign.path("ranges").path("queued").asLong()).isEqualTo(2);
        JsonNode finding = new ObjectMapper()
                .readTree(get("/api/v1/campaigns/fixed/findings").body())
                .path("findings")
                .path(0);
        assertThat(finding.path("seed").asText()).isEqualTo("0xffffffffffffffff");
        assertThat(finding.path("problem").asText()).isNotBlank();
        assertThat(finding.has("token")).isFalse();
    }

    @Test
    void shouldRefuseBodiesThatAreTooLarge() throws Exception {
        refusal(send("POST", "/api/v1/campaigns", token, "x".repeat(64 * 1024 + 1)), 413, "body_too_large");
        refusal(send("POST", "/api/v1/campaigns/fixed/cancel", token, "x"), 413, "body_too_large");
        refusal(send("GET", "/metrics", "", "x"), 413, "body_too_large");
        assertThat(raw("POST /api/v1/campaigns HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + ("8000\r\n" + "x".repeat(0x8000) + "\r\n").repeat(3)
                        + "0\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(campaigns.changes).isEmpty();
    }

    @Test
    void shouldAnswerToItsOwnNamesAlone() throws Exception {
        for (String host : List.of("127.0.0.1:1", "localhost", "LOCALHOST:80", "[::1]:8484")) {
            assertThat(raw("GET /livez HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .as(host)
                    .startsWith("HTTP/1.1 200");
        }
        for (String host : List.of("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8484")) {
            assertThat(raw("GET /livez HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .as(host)
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(raw("GET /livez HTTP/1.0\r\n\r\n")).doesNotStartWith("HTTP/1.0 200");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", frontend.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            byte[] start = socket.getInputStream().readNBytes(12);
            return new String(start, StandardCharsets.US_ASCII);
        }
    }

    @Test
    void shouldSayWhetherItIsReady() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        campaigns.ready.set(false);
        HttpResponse<String> unready = get("/readyz");
        assertThat(unready.statusCode()).isEqualTo(503);
        assertThat(unready.body()).contains("\"kafkaReachable\":false");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldServeOpenMetricsToThoseWhoAcceptIt() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + frontend.port() + "/metrics"))
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/openmetrics-text");
        assertThat(response.body()).endsWith("# EOF\n");
        assertThat(get("/metrics").headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain; version=0.0.4");
    }

    @Test
    void shouldFailOnATakenPortOrTakeAnotherAsAsked() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> HttpFrontend.start(
                            AccessTokens.open(dir),
                            campaigns,
                            metrics,
                            new HttpFrontend.Address("127.0.0.1", port, false, List.of())))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("--port");
            try (HttpFrontend other = HttpFrontend.start(
                    AccessTokens.open(dir),
                    campaigns,
                    metrics,
                    new HttpFrontend.Address("127.0.0.1", port, true, List.of()))) {
                assertThat(other.port()).isPositive().isNotEqualTo(port);
            }
        }
    }
}
