package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.http.HttpServer;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.trainers.checkpoints.CheckpointObserver;
import dev.belay.trainers.fleet.TrainerService;
import dev.belay.trainers.fleet.TrainerService.Group;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A trainer with its health endpoint, in this JVM: what is wrong with it can be asked. */
final class LocalTrainer implements AutoCloseable {
    private final TrainerService trainer;
    private final ServiceGroup group;
    private final HttpServer health;

    LocalTrainer(World world, CheckpointStore store, CheckpointObserver observer) {
        Map<String, String> values = new HashMap<>(world.settings("local"));
        values.put("health.port", "0");
        Settings settings = Settings.of(values);
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Networks networks = Networks.of(Device.CPU, settings.cache(), settings.encoders());
        trainer =
                new TrainerService(
                        new Clients(settings, meters),
                        store,
                        networks,
                        EnumSet.allOf(Group.class),
                        observer);
        group = ServiceGroup.start(List.of(trainer));
        health = HttpServer.start(settings, meters, group);
    }

    /** What is wrong with a model, or null; the service itself must never fail. */
    @Nullable String trouble(String model) {
        assertNull(group.failure());
        return trainer.troubles().stream()
                .filter(trouble -> trouble.startsWith(model + ": "))
                .findAny()
                .orElse(null);
    }

    List<String> troubles() {
        assertNull(group.failure());
        return trainer.troubles();
    }

    /** What {@code /health/ready} says. */
    String health() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + health.port() + "/health/ready");
        var answer =
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer::body);
        return answer.body();
    }

    @Override
    public void close() {
        health.close();
        group.close();
        assertNull(group.failure());
    }
}
