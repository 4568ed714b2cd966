package dev.belay.labelers.evaluation;

import dev.belay.labelers.records.TransactionBatch;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.ModelSpec;
import java.util.HashSet;
import java.util.Set;

/**
 * Dead letters of the holdout examples that a model's encoder rejects: one of each example and
 * model, although every sweep of the model finds it again. Belongs to one thread.
 */
final class RejectedExamples {
    private final DeadLetters deadLetters;

    /** Model, partition and offset of those whose dead letters are committed. */
    private final Set<String> committed = new HashSet<>();

    RejectedExamples(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    /** Adds the dead letters of a sweep that are not committed. */
    void contribute(ModelSpec spec, Sweep sweep, TransactionBatch batch) {
        for (Sweep.Rejected rejected : sweep.rejected()) {
            if (!committed.contains(key(spec, rejected))) {
                batch.add(
                        deadLetters.notEncoded(
                                rejected.row().record(), spec.getId(), rejected.reason()));
            }
        }
    }

    /** The transaction with the dead letters of a sweep is committed. */
    void committed(ModelSpec spec, Sweep sweep) {
        sweep.rejected().forEach(rejected -> committed.add(key(spec, rejected)));
    }

    private static String key(ModelSpec spec, Sweep.Rejected rejected) {
        var record = rejected.row().record();
        return spec.getId() + " " + record.partition() + "@" + record.offset();
    }
}
