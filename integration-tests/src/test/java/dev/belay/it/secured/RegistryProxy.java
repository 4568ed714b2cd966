package dev.belay.it.secured;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * A TLS proxy before a registry, which it serves at its root path as Confluent's and Karapace do.
 * It demands basic authentication; users who may only read get 403 for other requests than reading
 * and looking up.
 */
final class RegistryProxy implements AutoCloseable {
    private final HttpsServer server;
    private final String registry;
    private final Map<String, Boolean> mayRegister;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /**
     * @param registry its URL
     * @param mayRegister whether a user may register schemas, by {@code name:password}
     */
    RegistryProxy(String registry, SSLContext context, Map<String, Boolean> mayRegister)
            throws IOException {
        this.registry = registry;
        this.mayRegister = Map.copyOf(mayRegister);
        this.server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String header = exchange.getRequestHeaders().getFirst("Authorization");
            String user =
                    header == null || !header.startsWith("Basic ")
                            ? ""
                            : new String(
                                    Base64.getDecoder().decode(header.substring(6)),
                                    StandardCharsets.UTF_8);
            Boolean registers = mayRegister.get(user);
            String path = exchange.getRequestURI().getRawPath();
            if (registers == null) {
                answer(exchange, 401, "{\"error_code\": 401, \"message\": \"Unauthorized\"}");
            } else if (!registers && path.endsWith("/versions")) {
                answer(exchange, 403, "{\"error_code\": 403, \"message\": \"read only\"}");
            } else {
                forward(exchange);
            }
        }
    }

    private void forward(HttpExchange exchange) throws IOException {
        URI at = exchange.getRequestURI();
        String query = at.getRawQuery() == null ? "" : "?" + at.getRawQuery();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(registry + at.getRawPath() + query))
                        .header("Content-Type", "application/json")
                        .method(
                                exchange.getRequestMethod(),
                                HttpRequest.BodyPublishers.ofByteArray(
                                        exchange.getRequestBody().readAllBytes()))
                        .build();
        try {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            answer(exchange, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
