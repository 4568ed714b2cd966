package dev.belay.trainers.learning;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.encoder.FailingTexts;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.network.Network;
import dev.belay.models.network.Networks;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.trainers.labels.LabelledExample;
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
 *
 * @param <I> a text as its network takes it
 */
public final class Learner<I> implements AutoCloseable {
    private static final String FORMAT = "belay-1";
    private static final String REPLAY = "replay";
    private static final String WINDOW = "window";
    private static final String REMEMBERED = "replay.seen";

    // what random numbers are for: each has a stream of its own
    private static final long DRAW = 1;
    private static final long ORDER = 2;
    private static final long REMEMBER = 3;

    private final ModelSpec spec;
    private final Network<I> network;
    private final Adam adam;
    private final ReplayMemory memory;
    private final LossSchedule<I> targets;
    private long microEpochs;
    private long examplesSeen;

    private Learner(ModelSpec spec, Network<I> network, ReplayMemory memory, long examplesSeen) {
        Optimizer optimizer = spec.getOptimizer();
        boolean decoupled = optimizer.getKind() == OptimizerKind.ADAMW;
        this.spec = spec;
        this.network = network;
        this.adam = new Adam(decoupled ? optimizer.getWeightDecay() : 0);
        this.memory = memory;
        this.targets = new LossSchedule<>(spec.getLoss(), classes());
        this.examplesSeen = examplesSeen;
    }

    /**
     * A model that has seen nothing.
     *
     * @throws IllegalArgumentException if the spec makes no sense, or its encoder is unknown
     * @throws dev.belay.models.checkpoint.CheckpointTooLargeException if no checkpoint can hold its
     *     state
     */
    public static Learner<?> fresh(ModelSpec spec, Networks networks) {
        StateSize.requireFits(spec, networks.learning(SpecDesigns.of(spec)));
        return fresh(
                spec, networks.fresh(SpecDesigns.of(spec), spec.getSeed(), spec.getZeroInit()));
    }

    private static <I> Learner<I> fresh(ModelSpec spec, Network<I> network) {
        return new Learner<>(
                spec, network, new ReplayMemory(spec.getReplayMemory(), List.of(), 0), 0);
    }

    /**
     * Goes on from a checkpoint.
     *
     * @param weights what {@link #weights()} gave
     * @param state what {@link #state} gave at the same time
     * @param examplesSeen as the checkpoint event says
     * @throws MalformedCheckpointException if the files are of another model or spec, don't fit
     *     each other, or are no such files
     */
    public static Learner<?> restored(
            ModelSpec spec, Networks networks, byte[] weights, byte[] state, long examplesSeen) {
        SafeTensors stateFile = SafeTensors.read(state);
        for (var expected : provenance(spec, examplesSeen).entrySet())
            for (SafeTensors file : List.of(SafeTensors.read(weights), stateFile))
                if (!file.meta(expected.getKey()).equals(expected.getValue()))
                    throw new MalformedCheckpointException(
                            "a checkpoint with "
                                    + expected.getKey()
                                    + " "
                                    + file.meta(expected.getKey())
                                    + ", expected "
                                    + expected.getValue());
        return restored(
                spec, networks.read(weights, SpecDesigns.of(spec)), stateFile, examplesSeen);
    }

    private static <I> Learner<I> restored(
            ModelSpec spec, Network<I> network, SafeTensors state, long examplesSeen) {
        try {
            int classes = spec.getClasses().size();
            List<LabelledExample> remembered = LabelledExampleCodec.read(REPLAY, state, classes);
            List<LabelledExample> window = LabelledExampleCodec.read(WINDOW, state, classes);
            long seen =
                    state.tensors().containsKey(REMEMBERED)
                            ? state.tensor(REMEMBERED).withShape(1).longs()[0]
                            : examplesSeen;
            var memory = new ReplayMemory(spec.getReplayMemory(), remembered, seen);
            var learner = new Learner<>(spec, network, memory, examplesSeen);
            learner.adam.restore(state, network.sizes());
            learner.microEpochs = state.tensor("microEpochs").withShape(1).longs()[0];
            learner.targets.add(window, learner.inputs(window));
            return learner;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /**
     * One micro-epoch: predicts the examples, then learns from them and from replayed ones.
     * Examples from which the supervisor abstained are predicted and consumed, not learned from.
     * Examples whose texts the encoder cannot encode are left out.
     *
     * @param examples new ones, in the order of the stream; at least one
     * @throws DivergedException if a loss or gradient is not finite
     * @throws dev.belay.models.encoder.BrokenEncoderException if the encoder fails whatever the
     *     text is
     * @throws IllegalArgumentException if there are none, or a label has another number of classes
     */
    public MicroEpoch run(List<LabelledExample> examples) {
        check(examples);
        microEpochs++;
        long start = System.nanoTime();
        long[] encodeNs = {0};
        Rows<Predicted<I>> found =
                FailingTexts.compute(
                        texts(examples), texts -> predict(texts, encodeNs), network::probe);
        List<LabelledExample> fresh = found.accepted(examples);
        var labelled = new ArrayList<LabelledExample>();
        var inputs = new ArrayList<I>();
        for (int i = 0; i < fresh.size(); i++) {
            if (!fresh.get(i).abstained()) {
                labelled.add(fresh.get(i));
                inputs.add(found.rows().get(i).input());
            }
        }
        long predicted = System.nanoTime();
        List<LabelledExample> replayed =
                memory.draw(Math.round(spec.getReplay() * labelled.size()), random(DRAW));
        inputs.addAll(inputs(replayed));
        long recalled = System.nanoTime();

        var all = new ArrayList<>(labelled);
        all.addAll(replayed);
        Sums sums = learn(all, inputs, fresh.size());

        memory.add(labelled, random(REMEMBER));
        examplesSeen += fresh.size();
        long learned = System.nanoTime();
        return new MicroEpoch(
                microEpochs,
                found.rows().stream().map(Predicted::probabilities).toArray(float[][]::new),
                found.rejected(),
                sums.steps,
                sums.steps == 0 ? 0 : sums.loss / sums.steps,
                sums.steps == 0 ? 0 : sums.gradientNorm / sums.steps,
                encodeNs[0] + (recalled - predicted),
                predicted - start - encodeNs[0],
                learned - recalled);
    }

    /** All that has learned, safetensors; {@link Networks#read} takes it. */
    public byte[] weights() {
        return network.write(provenance(spec, examplesSeen));
    }

    /**
     * Everything else that is needed to go on, safetensors.
     *
     * @param more what the caller needs beside it; names that learners do not use
     * @throws dev.belay.models.checkpoint.CheckpointTooLargeException if no file can hold it
     */
    public byte[] state(Tensor... more) {
        var tensors = new ArrayList<Tensor>(adam.state());
        tensors.add(Tensor.ofLongs("microEpochs", microEpochs));
        if (memory.seen() != examplesSeen)
            tensors.add(Tensor.ofLongs(REMEMBERED, memory.seen())); // some were not learned from
        tensors.addAll(LabelledExampleCodec.write(REPLAY, memory.examples(), classes()));
        tensors.addAll(LabelledExampleCodec.write(WINDOW, targets.window(), classes()));
        tensors.addAll(List.of(more));
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

    /** Frees the network. */
    @Override
    public void close() {
        network.close();
    }

    private record Predicted<I>(I input, float[] probabilities) {}

    /**
     * @param encodeNs the time spent on features is added to it
     */
    private List<Predicted<I>> predict(List<String> texts, long[] encodeNs) {
        long start = System.nanoTime();
        List<I> inputs = network.inputs(texts);
        encodeNs[0] += System.nanoTime() - start;
        float[][] probabilities = network.predict(inputs);
        var rows = new ArrayList<Predicted<I>>(probabilities.length);
        for (int i = 0; i < probabilities.length; i++)
            rows.add(new Predicted<>(inputs.get(i), probabilities[i]));
        return rows;
    }

    private static final class Sums {
        private int steps;
        private double loss;
        private double gradientNorm;
    }

    private Sums learn(List<LabelledExample> all, List<I> inputs, int fresh) {
        int batchSize = spec.getBatchSize();
        int stepsAPass = (all.size() + batchSize - 1) / batchSize;
        int steps = stepsAPass * spec.getPasses();
        Rng random = random(ORDER);
        int[] order = new int[all.size()];
        for (int i = 0; i < order.length; i++) order[i] = i;
        var sums = new Sums();
        for (int pass = 0; pass < spec.getPasses(); pass++) {
            random.shuffle(order, order.length);
            for (int from = 0; from < order.length; from += batchSize) {
                int size = Math.min(batchSize, order.length - from);
                var batch = new ArrayList<LabelledExample>(size);
                var x = new ArrayList<I>(size);
                for (int i = 0; i < size; i++) {
                    batch.add(all.get(order[from + i]));
                    x.add(inputs.get(order[from + i]));
                }
                double done = (double) sums.steps / steps;
                double consumed = examplesSeen + fresh * done;
                var loss = targets.of(network, batch, x, consumed, spec.getBudget());
                Step step = network.learn(x, loss, adam, update(fresh, sums.steps, steps));
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

    /** The learning rate is that of the middle of the step: the first and last ones count too. */
    private Update update(int fresh, int step, int steps) {
        Optimizer optimizer = spec.getOptimizer();
        double consumed = examplesSeen + fresh * (step + 0.5) / steps;
        double factor = LearningRateFactor.factor(optimizer, consumed, spec.getBudget());
        double rate = optimizer.getLearningRate();
        double headRate = optimizer.getHeadLearningRate();
        double ridgeC = optimizer.getRidgeC();
        return new Update(
                rate * factor,
                (headRate > 0 ? headRate : rate) * factor,
                ridgeC > 0 ? 1 / (ridgeC * (examplesSeen + fresh)) : 0,
                optimizer.getClipNorm());
    }

    private List<I> inputs(List<LabelledExample> examples) {
        return network.inputs(texts(examples));
    }

    private static List<String> texts(List<LabelledExample> examples) {
        return examples.stream().map(LabelledExample::text).toList();
    }

    private Rng random(long purpose) {
        return new Rng(spec.getSeed(), microEpochs, purpose);
    }

    private int classes() {
        return spec.getClasses().size();
    }

    private void check(List<LabelledExample> examples) {
        if (examples.isEmpty())
            throw new IllegalArgumentException("a micro-epoch needs at least one example");
        for (LabelledExample example : examples)
            if (!example.abstained() && example.probabilities().length != classes())
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
