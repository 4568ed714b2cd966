package dev.belay.runtime.health;

import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import io.javalin.Javalin;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health and metrics endpoints of a process.
 *
 * <p>{@code /health/live}: 200 while no service has failed. {@code /health/ready}: 200 if all
 * services are ready, else 503. Both list the services; {@code troubles} lists what a service can't
 * do now while it continues with the rest. {@code /metrics}: Prometheus' text form. Binds to
 * loopback by default.
 */
public final class HealthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);

    private final Javalin server;

    private HealthServer(Javalin server) {
        this.server = server;
    }

    /**
     * @param services asked at each request
     * @throws IllegalStateException when the port is in use; the message names the setting
     */
    public static HealthServer start(
            Settings settings, PrometheusMeterRegistry meters, ServiceGroup services) {
        Javalin server =
                Javalin.create(
                        config -> {
                            config.showJavalinBanner = false;
                            config.useVirtualThreads = false;
                        });
        server.get(
                "/health/live",
                ctx -> {
                    Throwable failure = services.failure();
                    Map<String, Object> told = new TreeMap<>(Map.of("live", failure == null));
                    if (failure != null) {
                        told.put("failure", failure.toString());
                    }
                    ctx.status(failure == null ? 200 : 503).json(told);
                });
        server.get(
                "/health/ready",
                ctx -> {
                    Map<String, Object> told = new TreeMap<>(readiness(services.services()));
                    boolean all = services.failure() == null && !told.containsValue(false);
                    told.put("troubles", troubles(services.services()));
                    ctx.status(all ? 200 : 503).json(told);
                });
        server.get(
                "/metrics",
                ctx -> ctx.contentType("text/plain; version=0.0.4").result(meters.scrape()));
        try {
            server.start(settings.healthHost(), settings.healthPort());
        } catch (RuntimeException e) { // Javalin wraps the bind error in its own
            server.stop();
            throw new IllegalStateException(
                    "the health endpoint can't listen on "
                            + settings.healthHost()
                            + ":"
                            + settings.healthPort()
                            + "; set health.port to a free one, 0 to take any, -1 for none: "
                            + e.getMessage(),
                    e);
        }
        LOG.info(
                "health and metrics at http://{}:{}/metrics", settings.healthHost(), server.port());
        return new HealthServer(server);
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }

    private static List<String> troubles(List<Service> services) {
        return services.stream().flatMap(service -> service.troubles().stream()).toList();
    }

    private static Map<String, Boolean> readiness(List<Service> services) {
        Map<String, Boolean> ready = new TreeMap<>();
        services.forEach(s -> ready.put(s.name(), s.ready()));
        return ready;
    }
}
