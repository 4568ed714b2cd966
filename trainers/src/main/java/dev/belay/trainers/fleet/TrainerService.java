package dev.belay.trainers.fleet;

import dev.belay.models.checkpoint.CheckpointTooLargeException;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.checkpoints.CheckpointTransaction;
import dev.belay.trainers.checkpoints.CheckpointWriter;
import dev.belay.trainers.checkpoints.RetentionCleaner;
import dev.belay.trainers.labels.EncodingPrefetch;
import dev.belay.trainers.labels.LabelFeeds;
import dev.belay.trainers.status.RetrySchedule;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer: acquires its share of the models in {@code belay.models} and trains them round-robin,
 * one micro-epoch at a time, on one thread (the engine allows one gradient collector per process).
 * Other threads read labels, encode texts and write checkpoints. A model that is reassigned, whose
 * transaction fails, or whose files can't be read or written, is dropped. If this process still
 * owns it, it is resumed from its last committed checkpoint after a growing delay; the other models
 * continue.
 */
public final class TrainerService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    private static final Duration IDLE = Duration.ofMillis(20);
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    /** Which models a process trains: only those of {@code TRUTH} may read labels.truth. */
    public enum Group {
        TRUTH("trainers-truth"),
        OTHERS("trainers");

        private final String id;

        Group(String id) {
            this.id = id;
        }

        static Group of(ModelSpec spec) {
            return spec.getSupervisor().equals(ModelId.TRUTH) ? TRUTH : OTHERS;
        }
    }

    /** A point within a micro-epoch, in their order. */
    public enum Step {
        /** The weights' file is in the store, the state's not yet. */
        WEIGHTS_STORED,
        /** All files are in the store. */
        STORED,
        /** The transaction has its first record. */
        BEGUN,
        /** The transaction has all of its records and offsets. */
        SENT,
        /** The transaction is committed. */
        COMMITTED
    }

    /**
     * Called at each step of each micro-epoch, on the thread that writes it: for tests that kill.
     */
    @FunctionalInterface
    public interface Observer {
        /**
         * @param model its id
         * @param number of the checkpoint that is written
         */
        void at(Step step, String model, long number);
    }

    private final Clients clients;
    private final CheckpointStore store;
    private final Networks networks;
    private final Set<Group> groups;
    private final Observer observer;
    private final Map<Group, Ownership> memberships = new EnumMap<>(Group.class);
    private final Map<String, ModelRun> running = new HashMap<>();

    /** Models that have ended, until their last checkpoints were read back. */
    private final Set<String> finished = new HashSet<>();

    private final Map<String, ProgressTable> progress = new HashMap<>();
    private final Set<String> supervisors = new HashSet<>();
    private final RetrySchedule retries = new RetrySchedule();
    private final Prerequisites prerequisites = new Prerequisites("trainer");
    private final ExecutorService writers = CheckpointWriter.threads();
    private volatile boolean ready;

    /**
     * @param networks opens the networks that are trained
     * @param groups the groups to join
     */
    public TrainerService(
            Clients clients, CheckpointStore store, Networks networks, Set<Group> groups) {
        this(clients, store, networks, groups, (step, model, number) -> {});
    }

    /**
     * @param observer called at each step
     */
    public TrainerService(
            Clients clients,
            CheckpointStore store,
            Networks networks,
            Set<Group> groups,
            Observer observer) {
        this.observer = observer;
        this.clients = clients;
        this.store = store;
        this.networks = networks;
        this.groups = Set.copyOf(groups);
    }

    @Override
    public String name() {
        return "trainer";
    }

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public List<String> troubles() {
        return retries.failures();
    }

    @Override
    public void close() {
        prerequisites.close();
    }

    @Override
    public void run() {
        try (Admin admin = clients.admin()) {
            if (prerequisites.awaitInstallation(new TopicCheck(admin), clients.topics())) {
                train(admin);
            }
        }
    }

    private void train(Admin admin) {
        String prefix = clients.topics().prefix();
        try (EncodingPrefetch prefetch = new EncodingPrefetch(networks);
                LabelFeeds feeds = new LabelFeeds(clients, prefetch);
                var cleaner = new RetentionCleaner(clients, store);
                var models = new ModelTable(clients);
                var committed = new CommittedCheckpoints(clients)) {
            for (Group group : groups) {
                memberships.put(group, new Ownership(clients, prefix + group.id));
            }
            models.catchUp(CATCH_UP);
            while (!prerequisites.isClosed()) {
                ready = memberships.values().stream().allMatch(Ownership::joined);
                models.poll(Duration.ZERO);
                Map<Group, Ownership.Share> shares = shares();
                Map<String, ModelSpec> ours = ours(models, shares);
                dropAllBut(ours);
                retries.keepOnly(ours.keySet());
                shares.values().forEach(Ownership.Share::released);
                cleanUp(committed);
                acquire(ours, committed, admin, feeds);
                cleaner.clean(ours.values());
                if (!trainEachOnce(admin, shares) && !prerequisites.isClosed()) {
                    models.poll(IDLE);
                }
            }
            dropAllBut(Map.of());
        } finally {
            ready = false;
            writers.shutdown();
            memberships.values().forEach(Ownership::close);
            progress.values().forEach(ProgressTable::close);
        }
    }

    /**
     * Trains a micro-epoch of each model, unless there are models to release or to acquire first.
     * Supervisors come first, and again after each other model: a micro-epoch may take a minute,
     * and their students wait for them.
     */
    private boolean trainEachOnce(Admin admin, Map<Group, Ownership.Share> shares) {
        progress.values().forEach(p -> p.poll(Duration.ZERO));
        List<ModelRun> waitedFor = new ArrayList<>();
        List<ModelRun> others = new ArrayList<>();
        for (String id : new TreeSet<>(running.keySet())) {
            ModelRun run = running.get(id);
            if (run != null) {
                (supervisors.contains(id) ? waitedFor : others).add(run);
            }
        }
        boolean worked = trainOnce(waitedFor, admin, shares);
        for (ModelRun run : others) {
            if (trainOnce(List.of(run), admin, shares)) {
                worked = true;
                boolean unused = trainOnce(waitedFor, admin, shares);
            }
        }
        return worked;
    }

    /** Returns whether anything was done, or must be done first. */
    private boolean trainOnce(
            List<ModelRun> runs, Admin admin, Map<Group, Ownership.Share> shares) {
        boolean worked = false;
        for (ModelRun run : runs) {
            String model = run.spec().getId();
            if (running.get(model) != run) {
                continue; // ended since the round began
            }
            if (prerequisites.isClosed() || !shares.equals(shares())) {
                return true;
            }
            try {
                worked |= run.step(progressOf(run.spec().getTask()), admin);
                if (run.hasCommitted()) {
                    retries.clear(model);
                }
                if (run.hasEnded()) {
                    finished.add(model);
                    drop(model);
                }
            } catch (RuntimeException e) { // the log decides what was committed
                drop(model);
                retryLater(model, e);
            }
        }
        return worked;
    }

    private Map<Group, Ownership.Share> shares() {
        Map<Group, Ownership.Share> shares = new EnumMap<>(Group.class);
        memberships.forEach((group, membership) -> shares.put(group, membership.share()));
        return shares;
    }

    /** Deletes files of ended models that crashed trainers have left behind. */
    private void cleanUp(CommittedCheckpoints committed) {
        if (finished.isEmpty()) {
            return;
        }
        committed.poll();
        for (String model : List.copyOf(finished)) {
            if (committed.hasEnded(model)) {
                finished.remove(model);
                try {
                    committed.removeOrphans(store, model);
                } catch (UncheckedIOException e) {
                    LOG.warn("orphan files of {} could not be deleted: {}", model, e.toString());
                }
            }
        }
    }

    /** The current runs of models in our partitions. */
    private Map<String, ModelSpec> ours(ModelTable models, Map<Group, Ownership.Share> shares) {
        Map<String, ModelSpec> ours = new HashMap<>();
        supervisors.clear();
        for (ModelSpec spec : models.current().values()) {
            supervisors.add(spec.getSupervisor());
            Ownership.Share share = shares.get(Group.of(spec));
            if (share != null && !spec.getEncoderName().equals("none") && share.has(spec.getId())) {
                ours.put(spec.getId(), spec);
            }
        }
        return ours;
    }

    /**
     * Acquires owned models that have not ended: first fences their previous owners, then reads
     * past all open transactions, so that the last committed checkpoint of each is known.
     */
    private void acquire(
            Map<String, ModelSpec> ours,
            CommittedCheckpoints committed,
            Admin admin,
            LabelFeeds feeds) {
        long now = System.nanoTime();
        List<ModelSpec> acquired = new ArrayList<>();
        for (ModelSpec spec : ours.values()) {
            String model = spec.getId();
            if (!running.containsKey(model)
                    && !finished.contains(model)
                    && !committed.hasEnded(model)
                    && !retries.isWaiting(model, now)) {
                acquired.add(spec);
            }
        }
        if (acquired.isEmpty()) {
            return;
        }
        committed.poll();
        Map<ModelSpec, Producer<byte[], byte[]>> producers = new HashMap<>();
        try {
            for (ModelSpec spec : acquired) {
                Producer<byte[], byte[]> producer =
                        clients.producer(clients.topics().prefix() + spec.getId());
                producers.put(spec, producer);
                producer.initTransactions();
            }
            committed.catchUp(admin);
        } catch (KafkaException | IllegalStateException e) { // the broker did not answer
            producers
                    .values()
                    .forEach(producer -> producer.close(CheckpointTransaction.CLOSE_WITHIN));
            acquired.forEach(spec -> retryLater(spec.getId(), e));
            return;
        }
        producers.forEach((spec, producer) -> begin(spec, producer, committed, feeds));
    }

    private void begin(
            ModelSpec spec,
            Producer<byte[], byte[]> producer,
            CommittedCheckpoints committed,
            LabelFeeds feeds) {
        String model = spec.getId();
        CheckpointTransaction transaction =
                new CheckpointTransaction(spec, clients, store, producer, observer);
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
                            committed.last(model)));
            taken = true;
            retries.resumed(model);
        } catch (CheckpointTooLargeException e) { // it is so for every trainer
            taken = true;
            refuse(spec, transaction, committed, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) { // a missing or altered file, an unknown encoder
            retryLater(model, e);
        } finally {
            if (!taken) {
                transaction.close();
            }
        }
    }

    private void refuse(
            ModelSpec spec,
            CheckpointTransaction transaction,
            CommittedCheckpoints committed,
            String reason) {
        String model = spec.getId();
        try {
            ModelRun.refuse(spec, transaction, clients.meters(), committed.last(model), reason);
            finished.add(model);
            retries.clear(model);
        } catch (RuntimeException e) { // not committed, or that is not known
            retryLater(model, e);
        }
    }

    private void retryLater(String model, RuntimeException why) {
        Duration delay = retries.add(model, RetrySchedule.reason(why), System.nanoTime());
        clients.meters().counter("belay.trainer.troubles").increment();
        if (why instanceof KafkaException) { // fenced, or the broker rejected the transaction
            LOG.warn("{} is resumed in {}: {}", model, delay, RetrySchedule.reason(why));
        } else {
            LOG.error("{} can't be trained, to be retried in {}", model, delay, why);
        }
    }

    private ProgressTable progressOf(String task) {
        return progress.computeIfAbsent(task, t -> new ProgressTable(clients, t));
    }

    private void dropAllBut(Map<String, ModelSpec> kept) {
        for (String id : List.copyOf(running.keySet())) {
            ModelRun run = running.get(id);
            // a changed spec under the same id is another model: the files don't fit
            if (run != null && !run.spec().equals(kept.get(id))) {
                drop(id);
            }
        }
    }

    private void drop(String id) {
        ModelRun run = running.remove(id);
        if (run != null) {
            run.close();
        }
    }
}
