package dev.belay.aggregators.catalog;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.TaskOwner;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the global stores of the specs of models and labelers, and of checkpoints, and updates the
 * catalog. Streams sends every record of a global topic through here, also when it restores, so
 * that the catalog is complete before the first task runs.
 *
 * <p>A global processor can't forward, so a record that can't be read or is invalid is ignored,
 * logged and counted ({@code belay.unreadable}); {@link CatalogDeadLetters} sends it to the dead
 * letters. A spec that contradicts the {@link TaskOwner} is logged and counted ({@code
 * belay.specs.refused}).
 */
public final class CatalogStore extends ContextualProcessor<String, byte[], Void, Void> {
    public static final String MODELS = "models";
    public static final String LABELERS = "labelers";
    public static final String CHECKPOINTS = "checkpoints";

    private static final Logger LOG = LoggerFactory.getLogger(CatalogStore.class);

    private final String store;
    private final String topic;
    private final Catalog catalog;
    private final CatalogEvents events;
    private final Set<String> refused = new HashSet<>(); // reasons, each reported once

    public CatalogStore(String store, String topic, Catalog catalog, CatalogEvents events) {
        this.store = store;
        this.topic = topic;
        this.catalog = catalog;
        this.events = events;
    }

    /** Its blocks go to the dead letters with the same reason. */
    private void reportRefusal(String model) {
        String refusal = catalog.refusal(model);
        if (refusal != null && refused.add(refusal)) {
            events.reader().meters().counter("belay.specs.refused", "topic", topic).increment();
            LOG.warn("{}", refusal);
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        String key = record.key();
        byte[] value = record.value();
        KeyValueStore<String, byte[]> kept = context().getStateStore(store);
        try {
            if (!store.equals(CHECKPOINTS)) {
                ModelSpec spec =
                        store.equals(MODELS) ? events.spec(key, value) : events.labeler(key, value);
                if (spec == null) { // a tombstone stops the model; what is known of it stands
                    catalog.stop(key);
                } else {
                    TaskOwner before = catalog.owner();
                    catalog.add(spec, record.timestamp());
                    kept.put(key, value);
                    boolean same = before != null && before.equals(catalog.owner());
                    (same ? List.of(key) : catalog.models()).forEach(this::reportRefusal);
                }
            } else {
                Checkpoint checkpoint = events.checkpoint(key, value);
                catalog.add(checkpoint);
                kept.put(key + "|" + checkpoint.getNumber(), value);
            }
        } catch (SerializationException e) {
            events.reader().meters().counter("belay.unreadable", "topic", topic).increment();
            LOG.warn("skipping a record of {}: {}", topic, e.getMessage());
        }
    }
}
