package dev.belay.benchmarks.labeler;

import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Memory;
import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.benchmarks.harness.Waiting;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
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
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * {@code bench labeler}: texts/s of a labeler, an evaluator and an encoder, each beside ONNX
 * Runtime alone over the same texts, and the memory that long texts take. No text is encoded twice
 * by Belay, so its cache helps nobody.
 */
public final class LabelerBench {
    private static final String ENCODER = "minilm";

    /** Of 12 layers: the one of these that takes most memory. */
    private static final String LONG_ENCODER = "bge";

    /** More than 512 tokens. */
    private static final int LONG_WORDS = 600;

    private static final double MIB = 1 << 20;

    /**
     * How much is done.
     *
     * @param rounds of each comparison, at least 1
     * @param texts of one round, at least 1
     * @param longTexts of 512 tokens, at least 1
     */
    public record Sizes(int rounds, int texts, int longTexts) {
        public static final Sizes USUAL = new Sizes(5, 8_192, 512);
        public static final Sizes QUICK = new Sizes(1, 256, 32);

        public Sizes {
            if (rounds < 1 || texts < 1 || longTexts < 1)
                throw new IllegalArgumentException(
                        "rounds and texts must be at least 1, got %s, %s and %s"
                                .formatted(rounds, texts, longTexts));
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
        longTexts(findings); // first: the peak is the process's, whatever it did before
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
            progress.accept("encoder beside ONNX Runtime alone over the same token batches");
            Rounds encoder = encoder(bare);
            findings.compared(
                    "encoderTextsPerSecond",
                    encoder.first(),
                    "encoderBareTextsPerSecond",
                    encoder.second(),
                    "encoder, texts/s",
                    "encoderToBare",
                    encoder.ratio());
            findings.ratio(
                    "toBare",
                    "the smaller one of labeler and evaluator",
                    Math.min(labeler.ratio(), evaluator.ratio()));
        }
        return findings;
    }

    /** Texts/s of an encoder whose texts have its limit, and the process's memory then. */
    private void longTexts(Findings findings) {
        progress.accept("texts of 512 tokens, encoded by " + LONG_ENCODER);
        Encoder encoder = open(LONG_ENCODER);
        List<Input> inputs = Input.texts(texts.next(sizes.longTexts(), LONG_WORDS));
        encoder.probe(); // loads it
        long begin = System.nanoTime();
        float[][] unused = encoder.encode(inputs);
        double perSecond = inputs.size() / seconds(begin, System.nanoTime());
        findings.figure("longTextsPerSecond", "encoder, texts of 512 tokens/s", perSecond);
        OptionalLong peak = Memory.peakResident();
        if (peak.isPresent()) {
            double mib = peak.getAsLong() / MIB;
            findings.figure("peakResidentMiB", "process, most resident memory, MiB", mib);
        }
        progress.accept("  %.2f texts/s".formatted(perSecond));
    }

    /** What callers of an encoder get: tokenized, sorted, computed, pooled, cached. */
    private Rounds encoder(BareEncoding bare) {
        Encoder encoder = open(ENCODER);
        return compare(
                (round, batch) -> {
                    List<Input> inputs = Input.texts(batch);
                    long begin = System.nanoTime();
                    float[][] unused = encoder.encode(inputs);
                    return seconds(begin, System.nanoTime());
                },
                (round, batch) -> {
                    List<BareEncoding.Batch> batches = bare.batches(batch);
                    long begin = System.nanoTime();
                    bare.run(batches);
                    return seconds(begin, System.nanoTime());
                });
    }

    private Encoder open(String name) {
        return Encoders.open(name, Device.CPU, clients.settings().cache());
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

    /** How long a side takes over the texts of a round. */
    @FunctionalInterface
    private interface Side {
        double seconds(int round, List<String> texts);
    }

    private Rounds compare(BareEncoding bare, Side belay) {
        return compare(
                belay,
                (round, batch) -> {
                    long begin = System.nanoTime();
                    bare.encode(batch);
                    return seconds(begin, System.nanoTime());
                });
    }

    private Rounds compare(Side belay, Side bare) {
        List<List<String>> batches = new ArrayList<>();
        for (int round = 0; round < sizes.rounds(); round++) batches.add(texts.next(sizes.texts()));
        // loads the encoder, and compiles what a stream that goes on has compiled long since
        List<String> warm = texts.next(sizes.texts());
        belay.seconds(sizes.rounds(), warm);
        bare.seconds(sizes.rounds(), warm);
        return Rounds.run(
                sizes.rounds(),
                round -> sizes.texts() / belay.seconds(round, batches.get(round)),
                round -> sizes.texts() / bare.seconds(round, batches.get(round)),
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
