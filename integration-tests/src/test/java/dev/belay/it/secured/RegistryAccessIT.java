package dev.belay.it.secured;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Truth;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Registries, at the root path of their servers, that demand credentials. */
@Timeout(60)
class RegistryAccessIT {
    private static final String EXPECTED =
            "; expected credentials in the settings registry.basic.auth.user.info (USER:PASSWORD),"
                    + " registry.bearer.auth.token or registry.ssl.keystore.*";
    private static final String TLS =
            "; expected the server's certificate among those of registry.ssl.truststore.*, and where"
                    + " the server demands one a client certificate in registry.ssl.keystore.*";

    @TempDir static Path folder;
    private static Path serverKey;
    private static Path clientKey;
    private static Path trustsServer;
    private static SSLContext context;

    private @Nullable HttpServer running;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyStores stores = new KeyStores(folder);
        serverKey = stores.key("registry");
        clientKey = stores.key("client");
        trustsServer = stores.trusting("trusts-server", serverKey);
        context = KeyStores.context(serverKey, stores.trusting("trusts-client", clientKey));
    }

    @AfterEach
    void stop() {
        Objects.requireNonNull(running).stop(0);
    }

    @Test
    void basicAuthentication() throws Exception {
        String url = start(HttpServer.create(), "Basic YWxpY2U6c2VjcmV0"); // alice:secret
        works(Map.of("registry.url", url, "registry.basic.auth.user.info", "alice:secret"));
        works(
                Map.of(
                        "registry.url",
                        url.replace("//", "//alice:secret@"),
                        "registry.basic.auth.credentials.source",
                        "URL"));
        refused(url, Map.of("registry.url", url));
        refused(url, Map.of("registry.url", url, "registry.basic.auth.user.info", "alice:wrong"));
        // no password in an error
        refused(
                url,
                Map.of(
                        "registry.url",
                        url.replace("//", "//alice:wrong@"),
                        "registry.basic.auth.credentials.source",
                        "URL"));
    }

    @Test
    void bearerTokens() throws Exception {
        String url = start(HttpServer.create(), "Bearer token-1");
        works(Map.of("registry.url", url, "registry.bearer.auth.token", "token-1"));
        refused(url, Map.of("registry.url", url, "registry.bearer.auth.token", "token-2"));
    }

    @Test
    void clientCertificates() throws Exception {
        HttpsServer https = HttpsServer.create();
        https.setHttpsConfigurator(
                new HttpsConfigurator(context) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters tls = context.getDefaultSSLParameters();
                        tls.setNeedClientAuth(true);
                        parameters.setSSLParameters(tls);
                    }
                });
        String url = start(https, "").replace("http:", "https:");
        Map<String, String> trusting = new HashMap<>(Map.of("registry.url", url));
        store(trusting, "truststore", trustsServer);
        Map<String, String> both = new HashMap<>(trusting);
        store(both, "keystore", clientKey);
        both.put("registry.ssl.key.password", KeyStores.PASSWORD);
        works(both);
        for (Map<String, String> wrong : List.of(trusting, Map.of("registry.url", url))) {
            Clients clients = clients(wrong);
            String problem = String.valueOf(clients.registryProblem());
            assertTrue(problem.startsWith("no schema registry answers at " + url + ": "), problem);
            assertTrue(problem.endsWith(TLS), problem);
            String declared = declare(clients);
            String begin =
                    "the schema registry at %s did not answer for truths-value: ".formatted(url);
            assertTrue(declared.startsWith(begin), declared);
            assertTrue(declared.endsWith(TLS), declared);
        }
    }

    @Test
    void whoMayNotRegisterIsToldTheSubjectAndTheCommand() throws Exception {
        String url = start(HttpServer.create(), "Basic YWxpY2U6c2VjcmV0");
        Clients clients =
                clients(
                        Map.of(
                                "registry.url",
                                url,
                                "registry.basic.auth.user.info",
                                "alice:secret",
                                "schemas.register",
                                "false"));
        var error =
                assertThrows(
                        SerializationException.class,
                        () -> clients.codec().encode("truths", new Truth()));
        assertEquals(
                ("the schema registry at %s has no dev.belay.schemas.events.Truth of this version for"
                                + " truths-value, and schemas.register is false; './belay topics"
                                + " apply' with --experiment FILE registers it")
                        .formatted(url),
                error.getMessage());
    }

    @Test
    void credentialsOfTwoKindsAreAnErrorAtTheStart() throws Exception {
        String url = start(HttpServer.create(), "");
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                clients(
                                        Map.of(
                                                "registry.url",
                                                url,
                                                "registry.basic.auth.user.info",
                                                "alice:secret",
                                                "registry.bearer.auth.token",
                                                "token-1")));
        assertEquals(
                "settings registry.*: Only one of 'basic.auth.credentials.source' and"
                        + " 'bearer.auth.credentials.source' may be specified",
                error.getMessage());
    }

    private static void works(Map<String, String> settings) {
        Clients clients = clients(settings);
        assertNull(clients.registryProblem());
        assertEquals(7, clients.codec().declare("truths", Truth.getClassSchema()));
    }

    private static void refused(String url, Map<String, String> settings) {
        Clients clients = clients(settings);
        String answer = "HTTP 401: Unauthorized; error code: 401" + EXPECTED;
        String problem = "no schema registry answers at " + url + ": " + answer;
        assertEquals(problem, clients.registryProblem());
        // and at once, not after wait.broker
        var error =
                assertThrows(
                        IllegalStateException.class, () -> clients.awaitRegistry(Assertions::fail));
        assertEquals(problem, error.getMessage());
        assertEquals(
                ("the schema registry at %s refused dev.belay.schemas.events.Truth for truths-value"
                                + " (HTTP 401): Unauthorized; error code: 401%s")
                        .formatted(url, EXPECTED),
                declare(clients));
    }

    private static String declare(Clients clients) {
        return String.valueOf(
                assertThrows(
                                SerializationException.class,
                                () -> clients.codec().declare("truths", Truth.getClassSchema()))
                        .getMessage());
    }

    private static Clients clients(Map<String, String> settings) {
        return new Clients(Settings.of(settings), new SimpleMeterRegistry());
    }

    private static void store(Map<String, String> settings, String kind, Path store) {
        settings.put("registry.ssl." + kind + ".location", store.toString());
        settings.put("registry.ssl." + kind + ".password", KeyStores.PASSWORD);
        settings.put("registry.ssl." + kind + ".type", KeyStores.TYPE);
    }

    /** A registry that has no schemas and registers each with the id 7. */
    private String start(HttpServer server, String authorization) throws IOException {
        running = server;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/subjects",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    String given =
                            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
                    if (!authorization.isEmpty() && !given.equals(authorization)) {
                        answer(exchange, 401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
                    } else if (path.equals("/subjects")) {
                        answer(exchange, 200, "[]");
                    } else if (path.endsWith("/versions")) {
                        answer(exchange, 200, "{\"id\":7}");
                    } else {
                        answer(exchange, 404, "{\"error_code\":40401,\"message\":\"none\"}");
                    }
                });
        server.start();
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
