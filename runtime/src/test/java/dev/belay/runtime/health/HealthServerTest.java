package dev.belay.runtime.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class HealthServerTest {
    @Test
    void thePortThatWasChosenIsLoggedAndNoFailureIsNotTold() throws Exception {
        var log = (Logger) LoggerFactory.getLogger(HealthServer.class);
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        log.addAppender(said);
        try (ServiceGroup services = ServiceGroup.start(List.of());
                HealthServer health = start(services)) {
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
                HealthServer health = start(services)) {
            services.await();
            String told = get("http://127.0.0.1:" + health.port() + "/health/live");
            assertTrue(told.contains("\"failure\":\"java.lang.IllegalStateException: no"), told);
            assertTrue(told.contains("\"live\":false"), told);
        }
    }

    private static HealthServer start(ServiceGroup services) {
        return HealthServer.start(
                Settings.of(Map.of("health.port", "0", "health.host", "127.0.0.1")),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                services);
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }
}
