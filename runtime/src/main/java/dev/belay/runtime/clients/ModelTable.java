package dev.belay.runtime.clients;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The declared models: the newest run of each, updated by {@link #poll}. A stopped run ends the
 * runs before it too, as long as its tombstone is known. A spec whose id is not a model id, or
 * differs from its key, is ignored with a warning. Belongs to one thread.
 */
public final class ModelTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelTable.class);

    private final TopicTable<ModelSpec> table;
    private final Map<String, ModelSpec> specs = new HashMap<>();
    private final Set<String> stopped = new HashSet<>();
    private Map<String, ModelSpec> current = Map.of();

    public ModelTable(Clients clients) {
        table = new TopicTable<>(clients, clients.topics().models(), ModelSpec.class, this::take);
    }

    /**
     * Applies the records received.
     *
     * @return whether there were any
     */
    public boolean poll(Duration wait) {
        return update(table.poll(wait));
    }

    /** Reads up to the end of what is committed now. */
    public void catchUp(Duration atMost) {
        table.catchUp(atMost);
        update(true);
    }

    /** The newest run of each model, by model id. */
    public Map<String, ModelSpec> current() {
        return current;
    }

    /** Ids of the known stopped runs that have not been declared again. */
    public Set<String> stopped() {
        return Set.copyOf(stopped);
    }

    /** All runs of all models, by model id. */
    public Map<String, ModelSpec> all() {
        return Map.copyOf(specs);
    }

    @Override
    public void close() {
        table.close();
    }

    private void take(String key, @Nullable ModelSpec spec) {
        if (spec == null) {
            specs.remove(key);
            stopped.add(key);
            return;
        }
        stopped.remove(key);
        try {
            if (!ModelId.parse(key).toString().equals(spec.getId())) {
                throw new IllegalArgumentException("its id is '" + spec.getId() + "'");
            }
            specs.put(key, spec);
        } catch (IllegalArgumentException e) {
            LOG.warn("ignoring the model with key '{}': {}", key, e.getMessage());
        }
    }

    private boolean update(boolean changed) {
        if (changed) {
            Map<String, Integer> ended = ended();
            Map<String, ModelSpec> newest = new TreeMap<>();
            for (ModelSpec spec : specs.values()) {
                if (spec.getRun() > ended.getOrDefault(lineage(spec.getId()), -1)) {
                    newest.merge(
                            lineage(spec.getId()),
                            spec,
                            (a, b) -> a.getRun() >= b.getRun() ? a : b);
                }
            }
            Map<String, ModelSpec> byId = new TreeMap<>();
            newest.values().forEach(spec -> byId.put(spec.getId(), spec));
            current = Collections.unmodifiableMap(byId);
        }
        return changed;
    }

    /** The newest stopped run of each model. */
    private Map<String, Integer> ended() {
        Map<String, Integer> ended = new HashMap<>();
        for (String id : stopped) {
            int at = id.indexOf('@');
            if (at > 0
                    && id.substring(at + 1).matches("\\d{1,9}")) { // other keys are not model ids
                ended.merge(lineage(id), Integer.valueOf(id.substring(at + 1)), Math::max);
            }
        }
        return ended;
    }

    /** The model and seed that several runs are of. */
    private static String lineage(String id) {
        return id.substring(0, id.indexOf('@'));
    }
}
