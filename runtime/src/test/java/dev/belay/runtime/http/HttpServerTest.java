package dev.belay.runtime.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Route;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import io.javalin.http.NotFoundResponse;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class HttpServerTest {
    @Test
    void thePortThatWasChosenIsLoggedAndNoFailureIsNotTold() throws Exception {
        var log = (Logger) LoggerFactory.getLogger(HttpServer.class);
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        log.addAppender(said);
        try (ServiceGroup services = ServiceGroup.start(List.of());
                HttpServer health = start(services)) {
            String root = "http://127.0.0.1:" + health.port();
            assertEquals(
                    List.of("health and metrics at " + root + "/metrics"),
                    said.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
            assertEquals("{\"live\":true}", get(root + "/health/live"));
        } finally {
            log.detachAppender(said);
        }
    }

    @Test
    void aFailureIsTold() throws Exception {
        Service failing =
                new Service() {
                    @Override
                    public String name() {
                        return "failing";
                    }

                    @Override
                    public void run() {
                        throw new IllegalStateException("no more");
                    }

                    @Override
                    public boolean ready() {
                        return false;
                    }

                    @Override
                    public void close() {
                        // has ended
                    }
                };
        try (ServiceGroup services = ServiceGroup.start(List.of(failing));
                HttpServer health = start(services)) {
            services.await();
            String told = get("http://127.0.0.1:" + health.port() + "/health/live");
            assertTrue(told.contains("\"failure\":\"java.lang.IllegalStateException: no"), told);
            assertTrue(told.contains("\"live\":false"), told);
        }
    }

    @Test
    void aServiceServesWhatItSaysAndOnlyTheTokenOpensWhatWrites() throws Exception {
        // Given
        List<Route> routes =
                List.of(
                        Route.get(
                                "/v1/echo/{word}",
                                ctx -> ctx.json(Map.of("word", ctx.pathParam("word")))),
                        Route.get(
                                "/v1/missing",
                                ctx -> {
                                    throw new NotFoundResponse("no such thing");
                                }),
                        Route.post("/v1/words", ctx -> ctx.json(Map.of("taken", ctx.body()))));
        try (ServiceGroup services = ServiceGroup.start(List.of(serving("one", routes)));
                HttpServer without = start(services);
                HttpServer with = start(services, Map.of("http.token", "s3cret"))) {
            String open = "http://127.0.0.1:" + without.port();
            String guarded = "http://127.0.0.1:" + with.port();
            // Then
            assertEquals("{\"word\":\"hi\"}", get(open + "/v1/echo/hi"));
            assertEquals(
                    "404 {\"error\":\"no such thing\"}", send(open + "/v1/missing", null, null));
            assertTrue(send(open + "/v1/words", "x", "s3cret").startsWith("403 "));
            assertTrue(send(guarded + "/v1/words", "x", null).startsWith("401 "));
            assertTrue(send(guarded + "/v1/words", "x", "s3creT").startsWith("401 "));
            assertEquals("200 {\"taken\":\"x\"}", send(guarded + "/v1/words", "x", "s3cret"));
        }
    }

    @Test
    void twoServicesMayNotServeTheSame() throws Exception {
        List<Route> routes = List.of(Route.get("/v1/same", ctx -> ctx.result("")));
        try (ServiceGroup services =
                ServiceGroup.start(List.of(serving("one", routes), serving("two", routes)))) {
            var failure = assertThrows(IllegalStateException.class, () -> start(services));
            assertEquals("both one and two serve GET /v1/same", failure.getMessage());
        }
    }

    @Test
    void aProblemOfOneTaskIsOneOfThatTaskOnly() throws Exception {
        // Given
        List<Participant> both =
                List.of(
                        new Participant("reviews", "bow", null),
                        new Participant("tickets", "x", "unknown encoder"));
        try (ServiceGroup services = ServiceGroup.start(List.of(serving("one", List.of(), both)));
                HttpServer health = start(services)) {
            String root = "http://127.0.0.1:" + health.port();
            // Then
            assertEquals(
                    "200 {\"live\":true,\"ready\":true,\"services\":{\"one\":true},\"tasks\":{"
                            + "\"reviews\":{\"ready\":true,\"running\":[\"one bow\"],\"problems\":{}},"
                            + "\"tickets\":{\"ready\":false,\"running\":[],"
                            + "\"problems\":{\"one x\":\"unknown encoder\"}}},\"troubles\":[]}",
                    send(root + "/health", null, null));
            assertEquals(
                    "200 {\"one\":true,\"troubles\":[]}", send(root + "/health/ready", null, null));
            assertTrue(send(root + "/health/ready/reviews", null, null).startsWith("200 "));
            assertTrue(send(root + "/health/ready/tickets", null, null).startsWith("503 "));
            assertEquals(
                    "404 {\"error\":\"nothing of task nobody is known to this process\"}",
                    send(root + "/health/ready/nobody", null, null));
        }
    }

    private static Service serving(String name, List<Route> routes) {
        return serving(name, routes, List.of());
    }

    private static Service serving(
            String name, List<Route> routes, List<Participant> participants) {
        return new Service() {
            private final CountDownLatch closed = new CountDownLatch(1);

            @Override
            public String name() {
                return name;
            }

            @Override
            public void run() throws InterruptedException {
                closed.await();
            }

            @Override
            public boolean ready() {
                return true;
            }

            @Override
            public List<Participant> participants() {
                return participants;
            }

            @Override
            public List<Route> routes() {
                return routes;
            }

            @Override
            public void close() {
                closed.countDown();
            }
        };
    }

    private static HttpServer start(ServiceGroup services) {
        return start(services, Map.of());
    }

    /** Status and body; a body makes it a POST. */
    private static String send(String url, @Nullable String body, @Nullable String token)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url));
        if (body != null) {
            request.POST(BodyPublishers.ofString(body));
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        var answer = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    private static HttpServer start(ServiceGroup services, Map<String, String> more) {
        return HttpServer.start(
                Settings.of(Map.of("health.port", "0", "health.host", "127.0.0.1")).with(more),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                services);
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }
}
