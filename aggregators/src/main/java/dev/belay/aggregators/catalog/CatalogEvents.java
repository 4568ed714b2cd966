package dev.belay.aggregators.catalog;

import dev.belay.aggregators.comparison.CatalogCheck;
import dev.belay.aggregators.state.EventReader;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Events out of records of {@code belay.models}, {@code belay.labelers} and {@code
 * belay.checkpoints}, checked.
 */
public record CatalogEvents(EventReader reader, Topics topics) {
    /**
     * The spec in a record; null for a tombstone.
     *
     * @throws SerializationException if it can't be read or is invalid
     */
    @Nullable ModelSpec spec(@Nullable String key, byte @Nullable [] value) {
        if (value == null) {
            require(key != null ? null : "neither key nor value");
            return null;
        }
        ModelSpec spec = reader.decode(topics.models(), value, ModelSpec.class);
        require(key == null ? "no key" : CatalogCheck.reason(key, spec));
        return spec;
    }

    /**
     * The spec of a labeler in a record, as a model; null for a tombstone.
     *
     * @throws SerializationException if it can't be read or makes no sense
     */
    @Nullable ModelSpec labeler(@Nullable String key, byte @Nullable [] value) {
        if (value == null) {
            require(key != null ? null : "neither key nor value");
            return null;
        }
        LabelerSpec spec = reader.decode(topics.labelers(), value, LabelerSpec.class);
        require(spec.getVersion() < 0 ? "a negative version: " + spec.getVersion() : null);
        try {
            ModelSpec model = LabelerSpecs.asModel(spec);
            require(key == null ? "no key" : CatalogCheck.reason(key, model));
            return model;
        } catch (IllegalArgumentException e) {
            throw new SerializationException(e.getMessage(), e);
        }
    }

    /**
     * The checkpoint in a record.
     *
     * @throws SerializationException if it can't be read or is invalid
     */
    Checkpoint checkpoint(@Nullable String key, byte @Nullable [] value) {
        if (value == null) {
            throw new SerializationException(
                    "a tombstone, which means nothing in " + topics.checkpoints());
        }
        Checkpoint checkpoint = reader.decode(topics.checkpoints(), value, Checkpoint.class);
        require(key == null ? "no key" : CatalogCheck.reason(key, checkpoint));
        return checkpoint;
    }

    private static void require(@Nullable String reason) {
        if (reason != null) {
            throw new SerializationException(reason);
        }
    }
}
