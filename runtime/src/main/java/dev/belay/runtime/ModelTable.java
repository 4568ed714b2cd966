package dev.belay.runtime;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that users want to be: the newest run of each, kept up by {@link #poll}. A spec whose
 * id is no model id, or differs from its key, is left out with a warning. Belongs to one thread.
 */
public final class ModelTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelTable.class);

    private final TopicTable<ModelSpec> table;
    private final Map<String, ModelSpec> specs = new HashMap<>();
    private Map<String, ModelSpec> current = Map.of();

    public ModelTable(Clients clients) {
        table = new TopicTable<>(clients, clients.topics().models(), ModelSpec.class, this::take);
    }

    /**
     * Takes in what has come.
     *
     * @return whether anything came
     */
    public boolean poll(Duration wait) {
        return update(table.poll(wait));
    }

    /** Reads up to what is committed now. */
    public void catchUp(Duration atMost) {
        table.catchUp(atMost);
        update(true);
    }

    /** The newest run of each model, by model id. */
    public Map<String, ModelSpec> current() {
        return current;
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
            return;
        }
        try {
            if (!ModelId.parse(key).toString().equals(spec.getId())) {
                throw new IllegalArgumentException("its id is '" + spec.getId() + "'");
            }
            specs.put(key, spec);
        } catch (IllegalArgumentException e) {
            LOG.warn("leaving out the model with key '{}': {}", key, e.getMessage());
        }
    }

    private boolean update(boolean changed) {
        if (changed) {
            Map<String, ModelSpec> newest = new TreeMap<>();
            for (ModelSpec spec : specs.values()) {
                newest.merge(lineage(spec), spec, (a, b) -> a.getRun() >= b.getRun() ? a : b);
            }
            Map<String, ModelSpec> byId = new TreeMap<>();
            newest.values().forEach(spec -> byId.put(spec.getId(), spec));
            current = Collections.unmodifiableMap(byId);
        }
        return changed;
    }

    /** The model and seed that several runs are of. */
    private static String lineage(ModelSpec spec) {
        return spec.getId().substring(0, spec.getId().indexOf('@'));
    }
}
