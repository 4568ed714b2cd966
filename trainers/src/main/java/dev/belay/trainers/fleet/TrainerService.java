package dev.belay.trainers.fleet;

import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.checkpoints.CheckpointObserver;
import dev.belay.trainers.checkpoints.RetentionCleaner;
import dev.belay.trainers.labels.EncodingPrefetch;
import dev.belay.trainers.labels.LabelFeeds;
import dev.belay.trainers.status.RetrySchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * A trainer: takes its share of the models from {@code belay.models} and trains them, one
 * micro-epoch of each in turn, on one thread (one gradient collector per process is the engine's
 * limit); labels are read, texts encoded and checkpoints written on others meanwhile. {@link
 * OwnedModels} resumes and drops models.
 */
public final class TrainerService implements Service {
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

    private final Clients clients;
    private final CheckpointStore store;
    private final Networks networks;
    private final Set<Group> groups;
    private final CheckpointObserver observer;
    private final Map<Group, Ownership> memberships = new EnumMap<>(Group.class);
    private final Map<String, ProgressTable> progress = new HashMap<>();
    private final Set<String> supervisors = new HashSet<>();
    private final RetrySchedule retries = new RetrySchedule();
    private final Prerequisites prerequisites = new Prerequisites("trainer");
    private volatile boolean ready;
    private volatile List<Participant> participants = List.of();

    /**
     * @param networks opens what is to learn
     * @param groups the groups to join
     */
    public TrainerService(
            Clients clients, CheckpointStore store, Networks networks, Set<Group> groups) {
        this(clients, store, networks, groups, CheckpointObserver.NONE);
    }

    /**
     * @param observer called at each step of each micro-epoch
     */
    public TrainerService(
            Clients clients,
            CheckpointStore store,
            Networks networks,
            Set<Group> groups,
            CheckpointObserver observer) {
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
        List<String> all = new ArrayList<>(prerequisites.problems());
        retries.failures().forEach((model, why) -> all.add(model + ": " + why));
        return all;
    }

    @Override
    public List<Participant> participants() {
        return participants;
    }

    @Override
    public void close() {
        prerequisites.close();
    }

    @Override
    public void run() {
        try (Admin admin = clients.admin()) {
            if (prerequisites.awaitInstallation(new TopicCheck(admin), clients.topics()))
                train(admin);
        }
    }

    private void train(Admin admin) {
        String prefix = clients.topics().prefix();
        try (EncodingPrefetch prefetch = new EncodingPrefetch(networks);
                LabelFeeds feeds = new LabelFeeds(clients, prefetch);
                var cleaner = new RetentionCleaner(clients, store);
                var specs = new ModelTable(clients);
                var models =
                        new OwnedModels(
                                clients,
                                store,
                                networks,
                                observer,
                                retries,
                                prerequisites,
                                feeds)) {
            for (Group group : groups)
                memberships.put(group, new Ownership(clients, prefix + group.id));
            specs.catchUp(CATCH_UP);
            while (!prerequisites.isClosed()) {
                ready = memberships.values().stream().allMatch(Ownership::joined);
                specs.poll(Duration.ZERO);
                Map<Group, Ownership.Share> shares = shares();
                Map<String, ModelSpec> owned = owned(specs, shares);
                models.dropAllBut(owned);
                shares.values().forEach(Ownership.Share::released);
                models.cleanUp();
                models.resume(owned, admin);
                participants = models.participants(owned.values());
                cleaner.clean(owned.values());
                if (!trainEachOnce(models, admin, shares) && !prerequisites.isClosed())
                    specs.poll(IDLE);
            }
        } finally {
            ready = false;
            memberships.values().forEach(Ownership::close);
            progress.values().forEach(ProgressTable::close);
        }
    }

    /**
     * A micro-epoch of each model, unless there is something to drop or to resume first. Those that
     * supervise others, or that others start from, come first, and again after each of the others:
     * a micro-epoch may take a minute, and their students wait for them.
     */
    private boolean trainEachOnce(
            OwnedModels models, Admin admin, Map<Group, Ownership.Share> shares) {
        progress.values().forEach(p -> p.poll(Duration.ZERO));
        Map<Boolean, List<ModelRun>> bySupervising =
                models.running().stream()
                        .collect(
                                Collectors.partitioningBy(
                                        run -> supervisors.contains(run.spec().getId())));
        List<ModelRun> supervising = bySupervising.getOrDefault(true, List.of());
        boolean worked = trainOnce(supervising, models, admin, shares);
        for (ModelRun run : bySupervising.getOrDefault(false, List.of())) {
            if (trainOnce(List.of(run), models, admin, shares)) {
                worked = true;
                boolean unused = trainOnce(supervising, models, admin, shares);
            }
        }
        return worked;
    }

    /** Returns whether anything was done, or there is something else to be done. */
    private boolean trainOnce(
            Collection<ModelRun> runs,
            OwnedModels models,
            Admin admin,
            Map<Group, Ownership.Share> shares) {
        boolean worked = false;
        for (ModelRun run : runs) {
            if (!models.isRunning(run)) continue; // finished since the round began
            if (prerequisites.isClosed() || !shares.equals(shares())) return true;
            worked |= models.step(run, this::progressOf, admin);
        }
        return worked;
    }

    private Map<Group, Ownership.Share> shares() {
        Map<Group, Ownership.Share> shares = new EnumMap<>(Group.class);
        memberships.forEach((group, membership) -> shares.put(group, membership.share()));
        return shares;
    }

    /** The current runs of models in the partitions of this process. */
    private Map<String, ModelSpec> owned(ModelTable specs, Map<Group, Ownership.Share> shares) {
        Map<String, ModelSpec> owned = new HashMap<>();
        supervisors.clear();
        for (ModelSpec spec : specs.current().values()) {
            supervisors.add(spec.getSupervisor());
            String init = spec.getInit();
            if (init != null) supervisors.add(init.substring(0, Math.max(0, init.indexOf(':'))));
            Ownership.Share share = shares.get(Group.of(spec));
            if (share != null && !LabelerSpecs.isExternal(spec) && share.has(spec.getId()))
                owned.put(spec.getId(), spec);
        }
        return owned;
    }

    private ProgressTable progressOf(String task) {
        return progress.computeIfAbsent(task, t -> new ProgressTable(clients, t));
    }
}
