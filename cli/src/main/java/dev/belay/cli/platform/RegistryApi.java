package dev.belay.cli.platform;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The few calls that the platform itself makes to the registry's Confluent-compatible API. */
final class RegistryApi {
    private static final String PATH = "/apis/ccompat/v7";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();
    private final String url;

    RegistryApi(String host, int port) {
        url = "http://%s:%d%s".formatted(host, port, PATH);
    }

    /** What Confluent clients take as their {@code schema.registry.url}. */
    String url() {
        return url;
    }

    /** Whether it answers; false as long as nothing listens on the port. */
    boolean answers() throws InterruptedException {
        try {
            return send(request("/subjects").GET()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }

    /** A schema may only change so that new readers read old records; by default anything goes. */
    void requireBackwardCompatibility() throws IOException, InterruptedException {
        var body = "{\"compatibility\":\"BACKWARD\"}";
        var response =
                send(
                        request("/config")
                                .header("Content-Type", "application/json")
                                .PUT(HttpRequest.BodyPublishers.ofString(body)));
        if (response.statusCode() != 200) {
            throw new IOException(
                    "PUT %s/config answered %d: %s"
                            .formatted(url, response.statusCode(), response.body()));
        }
    }

    /** Registers an Avro schema given as JSON under a subject. */
    void register(String subject, String escapedSchema) throws IOException, InterruptedException {
        var response =
                send(
                        request("/subjects/" + subject + "/versions")
                                .header("Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"schema\":\"" + escapedSchema + "\"}")));
        if (response.statusCode() != 200) {
            throw new IOException(
                    "registering under %s answered %d: %s"
                            .formatted(subject, response.statusCode(), response.body()));
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
