package dev.belay.labelers.labeling;

import dev.belay.labelers.SpecFollower;
import dev.belay.labelers.records.StateTable;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.EventReader;
import dev.belay.runtime.service.Participant;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Follows the models and runs a {@link Labeling} for each wanted labeler, all on one polling thread
 * and one computing thread, in turns. A labeler whose topics or checkpoint are missing waits
 * without blocking the others.
 */
public abstract class LabelingService extends SpecFollower {
    private final Map<String, Participant> expired = new ConcurrentHashMap<>();
    private volatile List<Participant> running = List.of(); // written by the polling thread only
    private volatile Counts counts = Counts.NONE; // written by the polling thread only

    protected LabelingService(Clients clients, String name) {
        super(clients, name);
    }

    /**
     * The labelers that are to run, by a name for each.
     *
     * @param models the newest run of each model, by id
     * @param labelers the newest run of each labeler that is not a model, by id
     */
    protected abstract Map<String, Wanted> wanted(
            Map<String, ModelSpec> models,
            Map<String, LabelerSpec> labelers,
            ReadyCheckpoints ready);

    /** Labels committed by this process so far. */
    public long labelled() {
        return counts.labelled();
    }

    /** Examples consumed without a label so far: of other splits, unreadable, or without truth. */
    public long unlabelled() {
        return counts.unlabelled();
    }

    /** Of these, examples whose truth did not arrive within {@code labeler.truth-horizon}. */
    public long tooLate() {
        return counts.tooLate();
    }

    @Override
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>(super.troubles());
        new TreeMap<>(expired).forEach((key, lost) -> troubles.add(key + ": " + lost.problem()));
        return troubles;
    }

    @Override
    public List<Participant> participants() {
        List<Participant> all = new ArrayList<>(super.participants());
        all.addAll(expired.values());
        all.addAll(running);
        return all;
    }

    @Override
    protected Work open(Context context) {
        Gauge.builder("belay.labelers.running", this, service -> service.running.size())
                .tag("service", name())
                .register(clients().meters());
        var starter =
                new LabelingStarter(
                        clients(),
                        context.check(),
                        new DeadLetters(clients(), name()),
                        context.computing(),
                        new HashMap<>(),
                        new VersionTable(clients(), context.check().admin()),
                        new StateTable(clients(), context.check().admin()),
                        new AtomicReference<>(List.of()));
        var labelers = new RunningLabelers(starter, context.patience(), this::count, expired);
        var ready = new ReadyCheckpoints();
        var checkpoints =
                EventReader.of(
                        clients(),
                        clients().topics().checkpoints(),
                        Checkpoint.class,
                        (model, checkpoint, record) -> ready.take(model, checkpoint));
        return new Work() {
            @Override
            public void round() {
                checkpoints.poll(labelers.size() == 0 ? RunningLabelers.ROUND : Duration.ZERO);
                starter.poll();
                var models = context.models().current();
                labelers.reconcile(
                        wanted(models, context.labelers().current(), ready), models.values());
                labelers.step();
                running = labelers.running();
            }

            @Override
            public void close() {
                try (checkpoints) {
                    labelers.close();
                    running = List.of();
                }
            }
        };
    }

    private void count(Wanted labeler, Counts more) {
        meter("belay.labels.written", labeler).increment((double) more.labelled());
        meter("belay.labels.too.late", labeler).increment((double) more.tooLate());
        for (SourceCounts source : more.sources()) {
            String id = ModelId.labelerOf(source.source());
            meter("belay.source.examples", labeler, "source", id)
                    .increment((double) source.examples());
            meter("belay.source.covered", labeler, "source", id)
                    .increment((double) source.covered());
            meter("belay.source.overlaps", labeler, "source", id)
                    .increment((double) source.overlaps());
            meter("belay.source.conflicts", labeler, "source", id)
                    .increment((double) source.conflicts());
        }
        counts =
                counts.plus(
                        new Counts(more.labelled(), more.unlabelled(), more.tooLate(), List.of()));
    }

    private Counter meter(String name, Wanted labeler, String... more) {
        Tags tags =
                Tags.of(
                        "task",
                        labeler.topics().task(),
                        "labeler",
                        ModelId.labelerOf(labeler.topics().labeler()));
        return clients().meters().counter(name, tags.and(more));
    }
}
