package dev.belay.labelers.spec;

import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.VersionStart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Decides which version of a spec labels each example, and writes where versions begin, in the
 * transaction of their first labels. What is known of a partition is read when the partition was
 * assigned, or a transaction has failed, and kept until then: nobody else writes it meanwhile.
 */
final class SpecVersions {
    private final Supplier<LabelerSpec> current;
    private final Wanted.Resources resources;
    private final Map<Integer, VersionHistory> known = new HashMap<>();
    private final List<VersionStart> begun = new ArrayList<>(); // in the next transaction
    private LabelerSpec newest;
    private long revocations;

    /**
     * @param current the newest version that is published
     */
    SpecVersions(Supplier<LabelerSpec> current, Wanted.Resources resources) {
        this.current = current;
        this.resources = resources;
        this.newest = current.get();
    }

    /** Looks for a new version; before each round. */
    void follow() {
        newest = current.get();
        long now = resources.inbox().revocations();
        if (now != revocations) {
            revocations = now;
            known.clear();
        }
    }

    /** The version that labels an example. */
    LabelerSpec at(int partition, long offset) {
        return history(partition).at(offset, newest);
    }

    /** An example is labelled by {@link #at}. */
    void labels(int partition, long offset) {
        VersionHistory history = history(partition);
        if (history.begins(offset, newest)) {
            history.add(offset, newest);
            begun.add(
                    new VersionStart(
                            newest.getId(), partition, newest.getVersion(), offset, newest));
        }
    }

    /** Adds the versions that begin since the last call. */
    void contribute(TransactionBatch batch) {
        EventCodec codec = resources.reader().codec();
        for (VersionStart start : begun) {
            batch.add(
                    codec.record(
                            Objects.requireNonNull(resources.topics().versions()),
                            null,
                            LabelerSpecs.key(start),
                            start,
                            start.getSpec().getEventTimeMs()));
        }
        begun.clear();
    }

    /** Resets to what is committed. */
    void rewind() {
        known.clear();
        begun.clear();
    }

    private VersionHistory history(int partition) {
        return known.computeIfAbsent(
                partition,
                p ->
                        new VersionHistory(
                                resources.versions().apply(p), resources.passed().applyAsLong(p)));
    }
}
