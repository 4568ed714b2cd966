package dev.belay.trainers.fleet;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.InitialCheckpoint;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.State;
import dev.belay.trainers.checkpoints.OrphanFiles;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** The committed checkpoints of all models. Used by the training thread. */
final class CommittedCheckpoints implements AutoCloseable {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    private final TopicTable<Checkpoint> table;
    private final Map<String, Checkpoint> last = new HashMap<>();
    private final Map<String, Set<String>> files = new HashMap<>();
    private final Map<String, Map<Long, StoredFile>> weights = new HashMap<>();

    CommittedCheckpoints(Clients clients) {
        table =
                new TopicTable<>(
                        clients,
                        clients.topics().checkpoints(),
                        Checkpoint.class,
                        (model, checkpoint) -> remember(checkpoint));
    }

    /** Reads available events, without waiting. */
    void poll() {
        table.poll(Duration.ZERO);
    }

    /**
     * Reads past all open transactions, so that the last checkpoint of each model whose other
     * writers are fenced is known.
     */
    void catchUp(Admin admin) {
        table.catchUpPastOpenTransactions(admin, CATCH_UP);
    }

    /** The last checkpoint of a model, or null. */
    @Nullable Checkpoint last(String model) {
        return last.get(model);
    }

    /** Whether a model is FINISHED or FAILED. */
    boolean hasEnded(String model) {
        Checkpoint checkpoint = last.get(model);
        return checkpoint != null
                && (checkpoint.getState() == State.FINISHED
                        || checkpoint.getState() == State.FAILED);
    }

    /**
     * The weights that a model is to start from; null if there are none, or not yet: that model
     * {@link #hasEnded} or not.
     */
    @Nullable StoredFile initial(InitialCheckpoint from) {
        String model = from.model().toString();
        Checkpoint at = last.get(model);
        if (!from.isLast()) {
            return weights.getOrDefault(model, Map.of()).get(from.number());
        }
        return at != null && at.getState() == State.FINISHED ? weights(at) : null;
    }

    /** Deletes a model's files that no checkpoint names; only for the owner of the model. */
    void removeOrphans(CheckpointStore store, String model) {
        Checkpoint at = last.get(model);
        OrphanFiles.remove(
                store, model, files.getOrDefault(model, Set.of()), at == null ? 0 : at.getNumber());
    }

    @Override
    public void close() {
        table.close();
    }

    private void remember(@Nullable Checkpoint checkpoint) {
        if (checkpoint != null) {
            last.put(checkpoint.getModel(), checkpoint);
            if (checkpoint.getState() != State.FAILED) { // else they are those of another number
                weights.computeIfAbsent(checkpoint.getModel(), m -> new HashMap<>())
                        .put(checkpoint.getNumber(), weights(checkpoint));
            }
            Set<String> of = files.computeIfAbsent(checkpoint.getModel(), m -> new HashSet<>());
            of.add(checkpoint.getWeightsUri());
            of.add(checkpoint.getStateUri());
            of.add(checkpoint.getProvenanceUri());
        }
    }

    private static StoredFile weights(Checkpoint checkpoint) {
        return new StoredFile(checkpoint.getWeightsUri(), checkpoint.getWeightsSha256());
    }
}
