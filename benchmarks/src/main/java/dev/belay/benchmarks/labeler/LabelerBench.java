package dev.belay.benchmarks.labeler;

import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.benchmarks.harness.Waiting;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.models.network.Head;
import dev.belay.models.network.HeadShape;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * {@code bench labeler}: texts/s of a labeler and of an evaluator, each beside ONNX Runtime alone
 * over the same texts. No text is encoded twice by Belay, so its cache helps nobody.
 */
public final class LabelerBench {
    private static final String ENCODER = "minilm";

    /**
     * How much is done.
     *
     * @param rounds of each comparison, at least 1
     * @param texts of one round, at least 1
     */
    public record Sizes(int rounds, int texts) {
        public static final Sizes USUAL = new Sizes(5, 8_192);
        public static final Sizes QUICK = new Sizes(1, 256);

        public Sizes {
            if (rounds < 1 || texts < 1)
                throw new IllegalArgumentException(
                        "rounds and texts must be at least 1, got " + rounds + " and " + texts);
        }
    }

    private final Clients clients;
    private final Stage stage;
    private final Sizes sizes;
    private final Consumer<String> progress;
    private final Texts texts = new Texts(4);

    /**
     * @param clients of a broker that nobody else uses, with a cache that is empty
     * @param progress gets a line for people at each part
     */
    public LabelerBench(Clients clients, Sizes sizes, Consumer<String> progress) {
        this.clients = clients;
        this.stage = new Stage(clients);
        this.sizes = sizes;
        this.progress = progress;
    }

    public Findings run() {
        Findings findings = new Findings("labeler");
        try (BareEncoding bare = new BareEncoding()) {
            progress.accept("labeler beside ONNX Runtime alone");
            Rounds labeler = labeler(bare);
            findings.compared(
                    "labelerTextsPerSecond",
                    labeler.first(),
                    "labelerBareTextsPerSecond",
                    labeler.second(),
                    "labeler, texts/s",
                    "labelerToBare",
                    labeler.ratio());
            progress.accept("evaluator beside ONNX Runtime alone");
            Rounds evaluator = evaluator(bare);
            findings.compared(
                    "evaluatorTextsPerSecond",
                    evaluator.first(),
                    "evaluatorBareTextsPerSecond",
                    evaluator.second(),
                    "evaluator, texts/s",
                    "evaluatorToBare",
                    evaluator.ratio());
            findings.ratio(
                    "toBare",
                    "the smaller of the two",
                    Math.min(labeler.ratio(), evaluator.ratio()));
        }
        return findings;
    }

    /** From the instant at which the examples can be read to the commit of the last label. */
    private Rounds labeler(BareEncoding bare) {
        String task = "bench-labels";
        ModelSpec supervisor = Stage.spec("labeler", 0, task, ENCODER).build();
        ModelSpec student =
                Stage.spec("student", 0, task, ENCODER).setSupervisor(supervisor.getId()).build();
        stage.task(task, List.of(ModelId.TRUTH, supervisor.getId()));
        stage.publish(List.of(supervisor, student));
        stage.publish(checkpoint(supervisor));
        ModelLabelingService labeler = new ModelLabelingService(clients, store(clients));
        try (ServiceGroup services = ServiceGroup.start(List.of(labeler))) {
            return compare(
                    bare,
                    (round, batch) -> {
                        long all = labeler.labelled() + batch.size();
                        long begin = stage.examples(task, "round" + round + "-", batch);
                        return seconds(
                                begin,
                                Waiting.until(
                                        () -> labeler.labelled() >= all, services, "the labels"));
                    });
        }
    }

    /** From the instant at which the checkpoint can be read to the commit of its sweep. */
    private Rounds evaluator(BareEncoding bare) {
        Evaluator evaluator = new Evaluator(clients, store(clients));
        try (ServiceGroup services = ServiceGroup.start(List.of(evaluator))) {
            Waiting.until(evaluator::ready, services, "the evaluator");
            return compare(
                    bare,
                    (round, batch) -> {
                        // each round has a holdout of its own, so that no text comes twice
                        String task = "bench-sweep-" + round;
                        ModelSpec spec = Stage.spec("swept", round, task, ENCODER).build();
                        stage.task(task, List.of(ModelId.TRUTH));
                        stage.holdout(task, batch);
                        stage.publish(List.of(spec));
                        long all = evaluator.sweeps() + 1;
                        long begin = stage.publish(checkpoint(spec));
                        return seconds(
                                begin,
                                Waiting.until(
                                        () -> evaluator.sweeps() >= all, services, "a sweep"));
                    });
        }
    }

    /** How long Belay takes over the texts of a round. */
    @FunctionalInterface
    private interface Side {
        double seconds(int round, List<String> texts);
    }

    private Rounds compare(BareEncoding bare, Side belay) {
        List<List<String>> batches = new ArrayList<>();
        for (int round = 0; round < sizes.rounds(); round++) batches.add(texts.next(sizes.texts()));
        // loads the encoder, and compiles what a stream that goes on has compiled long since
        List<String> warm = texts.next(sizes.texts());
        belay.seconds(sizes.rounds(), warm);
        bare.encode(warm);
        return Rounds.run(
                sizes.rounds(),
                round -> sizes.texts() / belay.seconds(round, batches.get(round)),
                round -> {
                    long begin = System.nanoTime();
                    bare.encode(batches.get(round));
                    return sizes.texts() / seconds(begin, System.nanoTime());
                },
                progress);
    }

    /** A head as it comes out of its initialisation: what it says costs as much as any other's. */
    private Checkpoint checkpoint(ModelSpec spec) {
        var shape = HeadShape.mlp(TableEncoder.DIMENSIONS, Stage.HIDDEN, Stage.CLASSES.size());
        try (Head head = Head.uniform(shape, spec.getSeed(), Device.CPU)) {
            var file = store(clients).put(spec.getId(), 1, Kind.WEIGHTS, head.write(Map.of()));
            return Checkpoint.newBuilder()
                    .setModel(spec.getId())
                    .setNumber(1)
                    .setState(State.FINISHED)
                    .setWeightsUri(file.uri())
                    .setWeightsSha256(file.sha256())
                    .setStateUri("")
                    .setStateSha256("")
                    .setExamplesSeen(1)
                    .setCursor(List.of())
                    .setNextPartition(0)
                    .setSupervisorCheckpoints(List.of())
                    .setLoss(0.5)
                    .setSpecHash(spec.getSpecHash())
                    .setSoftwareVersion("bench")
                    .setEventTimeMs(Stage.TIME_MS)
                    .build();
        }
    }

    private static double seconds(long begin, long end) {
        return (end - begin) / 1e9;
    }

    private static CheckpointStore store(Clients clients) {
        return new DirectoryStore(Path.of(clients.settings().store()));
    }
}
