package dev.belay.runtime.http;

import dev.belay.runtime.service.Route;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HttpResponseException;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.UnauthorizedResponse;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP endpoint of a process.
 *
 * <p>{@code /health}: services, and per task what runs and what does not and why; 200 while the
 * process can answer. {@code /health/live}: 200 while no service failed. {@code /health/ready}: 200
 * when all services do their work, else 503, whatever is wrong with single tasks; both say which,
 * and {@code troubles} what a service can't do now while it goes on with all else. {@code
 * /health/ready/TASK}: 200 when all of the task runs here, 503 when not, 404 when nothing of it is
 * known here. {@code /metrics}: Prometheus' text form. Below {@code /v1/}: the {@link
 * Service#routes} of its services; those that write need the token of the setting {@code
 * http.token} and are forbidden where it is not set. Binds to loopback unless {@code health.host}
 * says otherwise.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    private final Javalin server;

    private HttpServer(Javalin server) {
        this.server = server;
    }

    /**
     * @param services asked at each request
     * @throws IllegalStateException when the port is in use (the message names the setting), or two
     *     services have the same route
     */
    public static HttpServer start(
            Settings settings, PrometheusMeterRegistry meters, ServiceGroup services) {
        Javalin server =
                Javalin.create(
                        config -> {
                            config.showJavalinBanner = false;
                            config.useVirtualThreads = false;
                        });
        server.exception(
                HttpResponseException.class,
                (e, ctx) ->
                        ctx.status(e.getStatus())
                                .json(Map.of("error", String.valueOf(e.getMessage()))));
        addRoutes(server, services.services(), settings.httpToken());
        server.get("/health", ctx -> ctx.json(HealthReport.of(services)));
        server.get(
                "/health/ready/{task}",
                ctx -> {
                    String task = ctx.pathParam("task");
                    HealthReport.Task found = HealthReport.of(services).tasks().get(task);
                    if (found == null) {
                        throw new NotFoundResponse(
                                "nothing of task " + task + " is known to this process");
                    }
                    ctx.status(found.ready() ? 200 : 503).json(found);
                });
        server.get(
                "/health/live",
                ctx -> {
                    Throwable failure = services.failure();
                    Map<String, Object> body = new TreeMap<>(Map.of("live", failure == null));
                    if (failure != null) {
                        body.put("failure", failure.toString());
                    }
                    ctx.status(failure == null ? 200 : 503).json(body);
                });
        server.get(
                "/health/ready",
                ctx -> {
                    HealthReport report = HealthReport.of(services);
                    Map<String, Object> body = new TreeMap<>(report.services());
                    body.put("troubles", report.troubles());
                    ctx.status(report.ready() ? 200 : 503).json(body);
                });
        server.get(
                "/metrics",
                ctx -> ctx.contentType("text/plain; version=0.0.4").result(meters.scrape()));
        try {
            server.start(settings.healthHost(), settings.healthPort());
        } catch (RuntimeException e) { // Javalin wraps the bind error in its own
            server.stop();
            throw new IllegalStateException(
                    ("the health endpoint can't listen on %s:%s; set health.port to a"
                                    + " free one, 0 to take any, -1 for none: %s")
                            .formatted(
                                    settings.healthHost(), settings.healthPort(), e.getMessage()),
                    e);
        }
        LOG.info(
                "health and metrics at http://{}:{}/metrics", settings.healthHost(), server.port());
        return new HttpServer(server);
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }

    private static void addRoutes(Javalin server, List<Service> services, String token) {
        Map<String, String> owners = new HashMap<>();
        for (Service service : services) {
            for (Route route : service.routes()) {
                String other = owners.put(route.method() + " " + route.path(), service.name());
                if (other != null) {
                    throw new IllegalStateException(
                            "both %s and %s serve %s %s"
                                    .formatted(
                                            other, service.name(), route.method(), route.path()));
                }
                server.addHttpHandler(
                        route.method(),
                        route.path(),
                        ctx -> {
                            if (route.access() == Route.Access.TOKEN) {
                                authorise(ctx, token);
                            }
                            route.handler().handle(ctx);
                        });
            }
        }
    }

    private static void authorise(Context ctx, String token) {
        if (token.isEmpty()) {
            throw new ForbiddenResponse(
                    "endpoints that write are off: the setting http.token is not set");
        }
        String given = ctx.header("Authorization");
        byte[] expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        // the time that a comparison takes must not reveal how much of the token is right
        if (given == null
                || !MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) {
            throw new UnauthorizedResponse(
                    given == null
                            ? "no token; expected the header 'Authorization: Bearer TOKEN'"
                            : "the token is not that of the setting http.token");
        }
    }
}
