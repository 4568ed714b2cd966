package dev.belay.trainers;

import dev.belay.models.Adam;
import dev.belay.models.Device;
import dev.belay.models.Encoder;
import dev.belay.models.Head;
import dev.belay.models.HeadShape;
import dev.belay.models.MalformedCheckpointException;
import dev.belay.models.Rng;
import dev.belay.models.SafeTensors;
import dev.belay.models.Tensor;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A model that learns, micro-epoch by micro-epoch. Knows no Kafka; one thread.
 *
 * <p>All chance comes from (seed, micro-epoch number, purpose), so a learner restored from a
 * checkpoint goes on bit for bit as the one that wrote it.
 *
 * <p>After a {@link DivergedException} it must be closed; the last checkpoint is still good.
 */
public final class Learner implements AutoCloseable {
    private static final String FORMAT = "belay-1";
    private static final String REPLAY = "replay";
    private static final String WINDOW = "window";

    // what random numbers are for: each has a stream of its own
    private static final long DRAW = 1;
    private static final long ORDER = 2;
    private static final long REMEMBER = 3;

    private final ModelSpec spec;
    private final Encoder encoder;
    private final Head head;
    private final Adam adam;
    private final ReplayMemory memory;
    private final Targets targets;
    private long microEpochs;
    private long examplesSeen;

    private Learner(
            ModelSpec spec, Encoder encoder, Head head, List<Labelled> remembered, long seen) {
        Optimizer optimizer = spec.getOptimizer();
        boolean decoupled = optimizer.getKind() == OptimizerKind.ADAMW;
        this.spec = spec;
        this.encoder = encoder;
        this.head = head;
        this.adam =
                new Adam(optimizer.getLearningRate(), decoupled ? optimizer.getWeightDecay() : 0);
        this.memory = new ReplayMemory(spec.getReplayMemory(), remembered, seen);
        this.targets = new Targets(spec.getLoss(), classes());
        this.examplesSeen = seen;
    }

    /**
     * A model that has seen nothing.
     *
     * @throws IllegalArgumentException if the spec is for another encoder, or makes no sense
     */
    public static Learner fresh(ModelSpec spec, Encoder encoder, Device device) {
        HeadShape shape = shape(spec, encoder);
        Head head =
                spec.getZeroInit()
                        ? Head.zero(shape, device)
                        : Head.uniform(shape, spec.getSeed(), device);
        return new Learner(spec, encoder, head, List.of(), 0);
    }

    /**
     * Goes on from a checkpoint.
     *
     * @param weights what {@link #weights()} gave
     * @param state what {@link #state()} gave at the same time
     * @param examplesSeen as the checkpoint event says
     * @throws MalformedCheckpointException if the files are of another model or spec, don't fit
     *     each other, or are no such files
     */
    public static Learner restored(
            ModelSpec spec,
            Encoder encoder,
            Device device,
            byte[] weights,
            byte[] state,
            long examplesSeen) {
        SafeTensors weightsFile = SafeTensors.read(weights);
        SafeTensors stateFile = SafeTensors.read(state);
        for (var expected : provenance(spec, examplesSeen).entrySet())
            for (SafeTensors file : List.of(weightsFile, stateFile))
                if (!file.meta(expected.getKey()).equals(expected.getValue()))
                    throw new MalformedCheckpointException(
                            "a checkpoint with "
                                    + expected.getKey()
                                    + " "
                                    + file.meta(expected.getKey())
                                    + ", expected "
                                    + expected.getValue());
        List<Labelled> remembered = LabelledCodec.read(REPLAY, stateFile, spec.getClasses().size());
        List<Labelled> window = LabelledCodec.read(WINDOW, stateFile, spec.getClasses().size());
        Head head = Head.read(weights, device);
        try {
            if (!head.shape().equals(shape(spec, encoder)))
                throw new MalformedCheckpointException(
                        "a checkpoint of " + head.shape() + ", expected " + shape(spec, encoder));
            var learner = new Learner(spec, encoder, head, remembered, examplesSeen);
            learner.adam.restore(stateFile, head);
            learner.microEpochs = stateFile.tensor("microEpochs").withShape(1).longs()[0];
            learner.targets.restore(window, learner.encode(window));
            return learner;
        } catch (RuntimeException e) {
            head.close();
            throw e;
        }
    }

    /**
     * One micro-epoch: predicts the examples, then learns from them and from replayed ones.
     *
     * @param examples new ones, in the order of the stream; at least one
     * @throws DivergedException if a loss or gradient is not finite
     * @throws IllegalArgumentException if there are none, or a label has another number of classes
     */
    public MicroEpoch run(List<Labelled> examples) {
        check(examples);
        microEpochs++;
        long start = System.nanoTime();
        float[][] newFeatures = encode(examples);
        long encoded = System.nanoTime();
        float[][] predictions = head.predict(newFeatures);
        long predicted = System.nanoTime();
        List<Labelled> replayed =
                memory.draw(Math.round(spec.getReplay() * examples.size()), random(DRAW));
        float[][] oldFeatures = encode(replayed);
        long recalled = System.nanoTime();

        var all = new ArrayList<>(examples);
        all.addAll(replayed);
        float[][] features = new float[all.size()][];
        System.arraycopy(newFeatures, 0, features, 0, newFeatures.length);
        System.arraycopy(oldFeatures, 0, features, newFeatures.length, oldFeatures.length);
        Sums sums = learn(all, features, examples.size());

        memory.add(examples, random(REMEMBER));
        examplesSeen += examples.size();
        long learned = System.nanoTime();
        return new MicroEpoch(
                microEpochs,
                predictions,
                sums.steps,
                sums.loss / sums.steps,
                sums.gradientNorm / sums.steps,
                encoded - start + (recalled - predicted),
                predicted - encoded,
                learned - recalled);
    }

    /** The head's weights, safetensors; {@link Head#read} takes them. */
    public byte[] weights() {
        return head.write(provenance(spec, examplesSeen));
    }

    /** Everything else that is needed to go on, safetensors. */
    public byte[] state() {
        var tensors = new ArrayList<Tensor>(adam.state());
        tensors.add(Tensor.ofLongs("microEpochs", microEpochs));
        tensors.addAll(LabelledCodec.write(REPLAY, memory.examples(), classes()));
        tensors.addAll(LabelledCodec.write(WINDOW, targets.window(), classes()));
        return SafeTensors.of(provenance(spec, examplesSeen), tensors).write();
    }

    /** New examples consumed so far, replayed ones not counted. */
    public long examplesSeen() {
        return examplesSeen;
    }

    /** Micro-epochs so far; the number of the newest checkpoint. */
    public long microEpochs() {
        return microEpochs;
    }

    /** Frees the head; the encoder stays open. */
    @Override
    public void close() {
        head.close();
    }

    private static final class Sums {
        private int steps;
        private double loss;
        private double gradientNorm;
    }

    private Sums learn(List<Labelled> all, float[][] features, int fresh) {
        int batchSize = spec.getBatchSize();
        int stepsAPass = (all.size() + batchSize - 1) / batchSize;
        double ridgeC = spec.getOptimizer().getRidgeC();
        double ridge = ridgeC > 0 ? 1 / (ridgeC * (examplesSeen + fresh)) : 0;
        Rng random = random(ORDER);
        int[] order = new int[all.size()];
        for (int i = 0; i < order.length; i++) order[i] = i;
        var sums = new Sums();
        for (int pass = 0; pass < spec.getPasses(); pass++) {
            random.shuffle(order, order.length);
            for (int from = 0; from < order.length; from += batchSize) {
                int size = Math.min(batchSize, order.length - from);
                var batch = new ArrayList<Labelled>(size);
                float[][] x = new float[size][]; // (batch, features), float32
                for (int i = 0; i < size; i++) {
                    batch.add(all.get(order[from + i]));
                    x[i] = features[order[from + i]];
                }
                double done = (double) sums.steps / (stepsAPass * spec.getPasses());
                double consumed = examplesSeen + fresh * done;
                var loss = targets.of(head, batch, x, consumed, spec.getBudget());
                Head.Step step = head.learn(x, loss, adam, ridge);
                sums.steps++;
                sums.loss += step.loss();
                sums.gradientNorm += step.gradientNorm();
                if (!Double.isFinite(step.loss()) || !Double.isFinite(step.gradientNorm()))
                    throw new DivergedException(
                            "loss "
                                    + step.loss()
                                    + ", gradient norm "
                                    + step.gradientNorm()
                                    + " at step "
                                    + sums.steps
                                    + " of micro-epoch "
                                    + microEpochs
                                    + " of "
                                    + spec.getId()
                                    + ", expected finite numbers");
            }
        }
        return sums;
    }

    private float[][] encode(List<Labelled> examples) {
        return encoder.encode(examples.stream().map(Labelled::text).toList());
    }

    private Rng random(long purpose) {
        return new Rng(spec.getSeed(), microEpochs, purpose);
    }

    private int classes() {
        return spec.getClasses().size();
    }

    private void check(List<Labelled> examples) {
        if (examples.isEmpty())
            throw new IllegalArgumentException("a micro-epoch needs at least one example");
        for (Labelled example : examples)
            if (example.probabilities().length != classes())
                throw new IllegalArgumentException(
                        "the label of "
                                + example.id()
                                + " has "
                                + example.probabilities().length
                                + " classes, expected "
                                + classes()
                                + " for "
                                + spec.getId());
    }

    private static HeadShape shape(ModelSpec spec, Encoder encoder) {
        if (!encoder.name().equals(spec.getEncoderName()))
            throw new IllegalArgumentException(
                    spec.getId()
                            + " needs the encoder "
                            + spec.getEncoderName()
                            + ", got "
                            + encoder.name());
        int classes = spec.getClasses().size();
        return spec.getHead().getKind() == HeadKind.MLP
                ? HeadShape.mlp(encoder.dimensions(), spec.getHead().getHidden(), classes)
                : HeadShape.linear(encoder.dimensions(), classes);
    }

    /** In both files; the same for the same checkpoint, whenever and wherever it is written. */
    private static Map<String, String> provenance(ModelSpec spec, long examplesSeen) {
        return Map.of(
                "format", FORMAT,
                "model", spec.getId(),
                "specHash", spec.getSpecHash(),
                "encoder", spec.getEncoderName(),
                "examplesSeen", String.valueOf(examplesSeen));
    }
}
