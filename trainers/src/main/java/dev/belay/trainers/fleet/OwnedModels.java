package dev.belay.trainers.fleet;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.topics.AccessDeniedException;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.InitialCheckpoint;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import dev.belay.trainers.checkpoints.CheckpointObserver;
import dev.belay.trainers.checkpoints.CheckpointTransaction;
import dev.belay.trainers.checkpoints.CheckpointWriter;
import dev.belay.trainers.labels.LabelFeeds;
import dev.belay.trainers.status.RetrySchedule;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that this process trains: resumed from their last committed checkpoints, run
 * micro-epoch by micro-epoch, dropped when they are finished, owned by others, or fail. A failed
 * one is resumed later, see {@link RetrySchedule}. Belongs to the training thread.
 */
final class OwnedModels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedModels.class);

    private final Clients clients;
    private final CheckpointStore store;
    private final Networks networks;
    private final CheckpointObserver observer;
    private final RetrySchedule retries;
    private final Prerequisites prerequisites;
    private final CommittedCheckpoints committed;
    private final LabelFeeds feeds;
    private final Map<String, ModelRun> running = new HashMap<>();

    /** Finished models whose last checkpoints have not been read back yet. */
    private final Set<String> finished = new HashSet<>();

    private final ExecutorService writers = CheckpointWriter.threads();

    /**
     * @param prerequisites receives what models wait for
     * @param feeds stays the caller's to close
     */
    OwnedModels(
            Clients clients,
            CheckpointStore store,
            Networks networks,
            CheckpointObserver observer,
            RetrySchedule retries,
            Prerequisites prerequisites,
            LabelFeeds feeds) {
        this.clients = clients;
        this.store = store;
        this.networks = networks;
        this.observer = observer;
        this.retries = retries;
        this.prerequisites = prerequisites;
        this.feeds = feeds;
        this.committed = new CommittedCheckpoints(clients);
    }

    /** Those in training, ordered by id. */
    Collection<ModelRun> running() {
        return new TreeMap<>(running).values();
    }

    /** Whether this very run is still in training. */
    boolean isRunning(ModelRun run) {
        return running.get(run.spec().getId()) == run;
    }

    /** Drops every model that is not among these, or has another spec there. */
    void dropAllBut(Map<String, ModelSpec> kept) {
        for (ModelRun run : List.copyOf(running.values()))
            // a spec that changed under its id is for another model: its files won't fit
            if (!run.spec().equals(kept.get(run.spec().getId()))) drop(run.spec().getId());
        retries.keepOnly(kept.keySet());
        for (Participant waiting : prerequisites.participants())
            if (!kept.containsKey(waiting.id())) prerequisites.forget(waiting.id());
    }

    /** Removes the files that crashed trainers have left behind of finished models. */
    void cleanUp() {
        if (finished.isEmpty()) return;
        committed.poll();
        for (String model : List.copyOf(finished)) {
            if (!committed.hasEnded(model)) continue;
            finished.remove(model);
            try {
                committed.removeOrphans(store, model);
            } catch (UncheckedIOException e) {
                LOG.warn("files of {} that no checkpoint names remain: {}", model, e.toString());
            }
        }
    }

    /**
     * Resumes what is owned and not finished: first fences the previous owners, then reads past all
     * open transactions, so that the last committed checkpoint of each is known for certain.
     */
    void resume(Map<String, ModelSpec> owned, Admin admin) {
        if (owned.values().stream().anyMatch(this::isUnbegun)) committed.poll();
        List<ModelSpec> resumed = withTopics(owned.values(), admin);
        if (resumed.isEmpty()) return;
        committed.poll();
        Map<ModelSpec, Producer<byte[], byte[]>> producers = new HashMap<>();
        for (ModelSpec spec : resumed) {
            Producer<byte[], byte[]> producer =
                    clients.producer(clients.topics().prefix() + spec.getId());
            try {
                producer.initTransactions();
                producers.put(spec, producer);
            } catch (KafkaException | IllegalStateException e) { // no answer, or not allowed
                producer.close(CheckpointTransaction.CLOSE_WITHIN);
                retryLater(spec.getId(), e);
                // the others would wait as long for the same broker
                if (e instanceof RetriableException) break;
            }
        }
        try {
            committed.catchUp(admin);
        } catch (KafkaException | IllegalStateException e) { // no answer from the broker
            producers.forEach(
                    (spec, producer) -> {
                        producer.close(CheckpointTransaction.CLOSE_WITHIN);
                        retryLater(spec.getId(), e);
                    });
            return;
        }
        producers.forEach(this::begin);
    }

    /**
     * What is running, and what is not and why; finished models are left out.
     *
     * @param owned the models of this process
     */
    List<Participant> participants(Collection<ModelSpec> owned) {
        Map<String, String> failures = retries.failures();
        List<Participant> all = new ArrayList<>(prerequisites.participants());
        for (ModelSpec spec : owned) {
            String model = spec.getId();
            Checkpoint last = committed.last(model);
            if (last != null && last.getState() == State.FAILED) {
                all.add(new Participant(spec.getTask(), model, "FAILED: " + last.getReason()));
            } else if (running.containsKey(model) || failures.containsKey(model)) {
                all.add(new Participant(spec.getTask(), model, failures.get(model)));
            } else if (!committed.hasEnded(model) && waitsForInitial(spec)) {
                all.add(new Participant(spec.getTask(), model, "waits for " + spec.getInit()));
            }
        }
        return List.copyOf(all);
    }

    /**
     * Those that can be resumed and whose topics are there: a client would wait a minute for a
     * partition that does not exist, and all models with it.
     */
    private List<ModelSpec> withTopics(Collection<ModelSpec> owned, Admin admin) {
        List<ModelSpec> resumable = owned.stream().filter(this::resumable).toList();
        var topics = new ModelTopics(clients.topics(), new TopicCheck(admin), resumable);
        return resumable.stream()
                .filter(
                        spec ->
                                prerequisites.passes(
                                        spec.getTask(), spec.getId(), () -> topics.problem(spec)))
                .toList();
    }

    private boolean resumable(ModelSpec spec) {
        String model = spec.getId();
        return !running.containsKey(model)
                && !finished.contains(model)
                && !committed.hasEnded(model)
                && !waitsForInitial(spec)
                && !retries.isWaiting(model, System.nanoTime());
    }

    /** Whether it has an initial checkpoint and none of its own yet. */
    private boolean isUnbegun(ModelSpec spec) {
        return spec.getInit() != null && committed.last(spec.getId()) == null;
    }

    private boolean waitsForInitial(ModelSpec spec) {
        if (!isUnbegun(spec)) return false;
        try {
            InitialCheckpoint from = InitialCheckpoint.of(spec);
            return from != null
                    && committed.initial(from) == null
                    && !committed.hasEnded(from.model().toString());
        } catch (IllegalArgumentException e) { // so that it is begun, and refused
            return false;
        }
    }

    /**
     * The weights that a model starts from; null if it has a checkpoint, or starts from none.
     *
     * @throws MissingInitialException if there never will be such weights
     */
    private byte @Nullable [] initial(ModelSpec spec) {
        if (!isUnbegun(spec)) return null;
        InitialCheckpoint from;
        try {
            from = InitialCheckpoint.of(spec);
        } catch (IllegalArgumentException e) {
            throw new MissingInitialException("init: " + e.getMessage());
        }
        if (from == null) return null;
        StoredFile file = committed.initial(from);
        if (file == null)
            throw new MissingInitialException(
                    "%s has ended without the checkpoint %s that %s starts from"
                            .formatted(
                                    from.model(),
                                    from.isLast() ? "of a finished model" : "" + from.number(),
                                    spec.getId()));
        if (!from.sha256().isEmpty() && !from.sha256().equals(file.sha256()))
            throw new MissingInitialException(
                    "found weights with SHA-256 %s in %s, expected %s"
                            .formatted(file.sha256(), from.model() + ":" + from.number(), from));
        return store.get(file.uri(), file.sha256());
    }

    private void begin(ModelSpec spec, Producer<byte[], byte[]> producer) {
        String model = spec.getId();
        var transaction = new CheckpointTransaction(spec, clients, store, producer, observer);
        boolean taken = false;
        try {
            committed.removeOrphans(store, model);
            if (committed.hasEnded(model)) {
                retries.clear(model);
                return;
            }
            running.put(
                    model,
                    new ModelRun(
                            spec,
                            transaction,
                            writers,
                            store,
                            networks,
                            feeds,
                            clients.meters(),
                            committed.last(model),
                            initial(spec)));
            taken = true;
            retries.resumed(model);
        } catch (CheckpointTooLargeException
                | MissingInitialException e) { // as it would be for any other trainer
            taken = true;
            refuse(spec, transaction, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) { // a file that is missing or altered, an unknown encoder
            retryLater(model, e);
        } finally {
            if (!taken) transaction.close();
        }
    }

    private void refuse(ModelSpec spec, CheckpointTransaction transaction, String reason) {
        String model = spec.getId();
        try {
            ModelRun.refuse(spec, transaction, clients.meters(), committed.last(model), reason);
            finished.add(model);
            retries.clear(model);
        } catch (RuntimeException e) { // not committed, or that is not known
            retryLater(model, e);
        }
    }

    /**
     * One micro-epoch of a model, if its labels are there; returns whether anything was done.
     *
     * @param progress of a task
     */
    boolean step(ModelRun run, Function<String, ProgressTable> progress, Admin admin) {
        String model = run.spec().getId();
        try {
            boolean worked = run.step(progress.apply(run.spec().getTask()), admin);
            if (run.hasCommitted()) retries.clear(model);
            if (run.hasEnded()) {
                finished.add(model);
                drop(model);
            }
            return worked;
        } catch (RuntimeException e) { // the log decides where we are
            drop(model);
            retryLater(model, e);
            return false;
        }
    }

    private void retryLater(String model, RuntimeException why) {
        String reason = RetrySchedule.reason(why);
        boolean known = reason.equals(retries.reasonOf(model));
        Duration wait = retries.add(model, reason, System.nanoTime());
        clients.meters().counter("belay.trainer.troubles").increment();
        if (known) {
            LOG.debug("{} is resumed in {}: {}", model, wait, reason);
        } else if (why instanceof KafkaException || AccessDeniedException.in(why) != null) {
            // fenced, the broker did not take the transaction, or a missing ACL
            LOG.warn("{} is resumed in {} s: {}", model, wait.toSeconds(), reason);
        } else if (why instanceof IllegalArgumentException // in its spec
                || why instanceof UncheckedIOException) { // in its store
            LOG.error("{} can't be trained and is retried: {}", model, reason);
        } else {
            LOG.error("{} can't be trained and is retried", model, why);
        }
    }

    private void drop(String model) {
        ModelRun run = running.remove(model);
        if (run != null) run.close();
    }

    /** Drops all models. */
    @Override
    public void close() {
        try {
            dropAllBut(Map.of());
        } finally {
            writers.shutdown();
            committed.close();
        }
    }

    /** There is no such checkpoint, and there never will be. */
    private static final class MissingInitialException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingInitialException(String message) {
            super(message);
        }
    }
}
