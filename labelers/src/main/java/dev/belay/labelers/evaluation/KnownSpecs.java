package dev.belay.labelers.evaluation;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Specs out of {@code belay.models}. An unknown model is waited for once, bounded: its spec was
 * written before its first checkpoint, but may be read after it.
 */
final class KnownSpecs implements Specs, AutoCloseable {
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    private final TopicTable<ModelSpec> table;
    private final Duration patience;
    private final Set<String> stopped = new HashSet<>();
    private final Set<String> givenUp = new HashSet<>();

    /**
     * @param patience how long to wait for an unknown model's spec
     */
    KnownSpecs(Clients clients, Duration patience) {
        this.patience = patience;
        this.table =
                new TopicTable<>(
                        clients,
                        clients.topics().models(),
                        ModelSpec.class,
                        (model, spec) -> {
                            if (spec == null) {
                                stopped.add(model);
                            } else {
                                stopped.remove(model);
                            }
                        });
        table.catchUp(CATCH_UP);
    }

    /** Takes in what has come. */
    void poll() {
        table.poll(Duration.ZERO);
    }

    @Override
    public @Nullable ModelSpec of(String model) {
        ModelSpec known = table.get(model);
        if (known != null || stopped.contains(model) || !givenUp.add(model)) {
            return known;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (table.get(model) == null && System.nanoTime() < deadline) {
            table.poll(Duration.ofMillis(100));
        }
        return table.get(model);
    }

    @Override
    public boolean isStopped(String model) {
        return stopped.contains(model);
    }

    @Override
    public void close() {
        table.close();
    }
}
