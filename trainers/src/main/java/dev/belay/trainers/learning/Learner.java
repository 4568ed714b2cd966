package dev.belay.trainers.learning;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.loss.Batch;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.Progress;
import dev.belay.models.network.Network;
import dev.belay.models.network.NetworkDesign;
import dev.belay.models.network.Networks;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.methods.ExampleSelector.Candidates;
import dev.belay.trainers.methods.ExampleSelector.Selection;
import dev.belay.trainers.methods.Methods;
import dev.belay.trainers.methods.StoppingRule.Decision;
import dev.belay.trainers.methods.StoppingRule.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model that learns micro-epoch by micro-epoch ({@link #run}), without Kafka. One thread.
 *
 * <p>All randomness is derived from (seed, micro-epoch number, purpose), so a learner restored from
 * a checkpoint continues bit for bit like the one that wrote it.
 *
 * <p>After a {@link DivergedException} it must be closed; the last checkpoint stays valid.
 *
 * @param <I> an input as its network takes it
 */
public final class Learner<I> implements AutoCloseable {
    // purposes of random numbers: each has its own stream
    private static final long DRAW = 1;
    private static final long ORDER = 2;
    private static final long REMEMBER = 3;

    private final ModelSpec spec;
    private final Methods methods;
    private final Network<I> network;
    private final Adam adam;
    private final ReplayMemory memory;
    private final RecentExamples<I> recent;
    private double[] selectorState;
    private double[] stoppingState;
    private long microEpochs;
    private long examplesSeen;

    private Learner(
            ModelSpec spec,
            Methods methods,
            Network<I> network,
            TrainingState state,
            long examplesSeen) {
        this.spec = spec;
        this.methods = methods;
        this.network = network;
        this.adam = LearningRates.adam(spec.getOptimizer());
        this.memory = new ReplayMemory(spec.getReplayMemory(), state.replay(), state.learned());
        this.recent = new RecentExamples<>(network, methods.window(spec.getClasses().size()));
        this.selectorState = state.selector();
        this.stoppingState = state.stopping();
        this.microEpochs = state.microEpochs();
        this.examplesSeen = examplesSeen;
        recent.add(lessons(state.window()));
    }

    /**
     * A model without checkpoint.
     *
     * @throws IllegalArgumentException if the spec is invalid, or its encoder or a method is
     *     unknown or has another version
     * @throws dev.belay.models.checkpoint.CheckpointTooLargeException if no checkpoint can hold its
     *     state
     */
    public static Learner<?> fresh(ModelSpec spec, Networks networks) {
        return fresh(spec, networks, null);
    }

    /**
     * The same, starting from the weights of another model.
     *
     * @param initial result of that model's {@link #weights()}; null: none
     * @throws MalformedCheckpointException if they are malformed
     * @throws IllegalArgumentException also if they have no layer of this model
     */
    public static Learner<?> fresh(ModelSpec spec, Networks networks, byte @Nullable [] initial) {
        Methods methods = Methods.of(spec);
        NetworkDesign design = SpecDesigns.of(spec);
        StateSize.requireFits(spec, networks.learning(design), networks.width(design));
        boolean zero = spec.getZeroInit();
        Network<?> network =
                initial == null
                        ? networks.fresh(design, spec.getSeed(), zero)
                        : networks.fresh(design, spec.getSeed(), zero, initial);
        return new Learner<>(spec, methods, network, TrainingState.FRESH, 0);
    }

    /**
     * Continues from a checkpoint.
     *
     * @param weights result of {@link #weights()}
     * @param state result of {@link #state} at the same time
     * @param examplesSeen as in the checkpoint event
     * @throws MalformedCheckpointException if the files are malformed, or belong to another model,
     *     spec or checkpoint
     * @throws IllegalArgumentException if a method is unknown or has another version
     */
    public static Learner<?> restored(
            ModelSpec spec, Networks networks, byte[] weights, byte[] state, long examplesSeen) {
        Methods methods = Methods.of(spec);
        SafeTensors stateFile = SafeTensors.read(state);
        TrainingState.requireProvenance(SafeTensors.read(weights), spec, examplesSeen);
        TrainingState.requireProvenance(stateFile, spec, examplesSeen);
        Network<?> network = networks.read(weights, SpecDesigns.of(spec));
        try {
            TrainingState known =
                    TrainingState.read(stateFile, spec.getClasses().size(), examplesSeen);
            var learner = new Learner<>(spec, methods, network, known, examplesSeen);
            learner.adam.restore(stateFile, network.sizes());
            return learner;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /**
     * One micro-epoch: predicts the examples, then learns from those selected and from replayed
     * ones. Examples from which the supervisor abstained are predicted and consumed, not learned
     * from. Examples that the encoder rejects are left out.
     *
     * @param examples new ones, in the order of the stream; at least one
     * @throws DivergedException if a loss or gradient is not finite
     * @throws dev.belay.models.encoder.BrokenEncoderException if the encoder fails for every input
     * @throws IllegalArgumentException if there are none, or a label has another number of classes
     */
    public MicroEpoch run(List<LabelledExample> examples) {
        Lesson.requireFit(examples, spec);
        microEpochs++;
        long start = System.nanoTime();

        // predict the new examples with the current weights; n = those not rejected
        PredictedExamples<I> fresh = PredictedExamples.of(network, examples);
        network.observe(fresh.inputs());
        int[] labelled = fresh.labelled(); // (l), l ≤ n: the supervisor did not abstain
        float[][] labels = fresh.labels(labelled); // (l, classes)
        float[][] predictions = fresh.predictions(labelled); // (l, classes)
        long predicted = System.nanoTime();

        // select which to learn from, m ≤ l; replay round(replay·m) of the earlier ones
        Supplier<float[][]> features = // (l, features)
                () -> network.features(fresh.inputs(labelled));
        Selection selection =
                methods.select(
                        new Candidates(
                                labels, predictions, features, progress(), fresh.votes(labelled)),
                        selectorState);
        selectorState = selection.state();
        float[][] targets = selection.labels() == null ? labels : selection.labels();
        float[] weights = selection.weights(); // (l), 0 = not learned from
        var lessons = new ArrayList<Lesson<I>>();
        for (int i = 0; i < weights.length; i++)
            if (weights[i] > 0) lessons.add(fresh.lesson(labelled[i], weights[i], targets[i]));
        List<WeightedExample> selected = lessons.stream().map(Lesson::weighted).toList(); // (m)
        long replays = Math.round(spec.getReplay() * selected.size());
        lessons.addAll(lessons(memory.draw(replays, random(DRAW))));
        long recalled = System.nanoTime();

        // learn, update the replay memory, decide whether this was the last one
        Means means = learn(lessons, fresh.size(), selected.size());
        memory.add(selected, random(REMEMBER));
        examplesSeen += fresh.size();
        var observation =
                new Observation(microEpochs, targets, predictions, means.loss, progress());
        Decision decision = methods.decide(observation, stoppingState);
        stoppingState = decision.state();
        long learned = System.nanoTime();
        return new MicroEpoch(
                microEpochs,
                fresh.predictions(),
                fresh.rejected(),
                means.steps,
                means.loss,
                means.gradientNorm,
                decision.stop(),
                fresh.encodeNs() + (recalled - predicted),
                predicted - start - fresh.encodeNs(),
                learned - recalled);
    }

    /** Means over the steps; NaN if there was none. */
    private record Means(int steps, double loss, double gradientNorm) {}

    /**
     * Passes over the lessons in random order, batch by batch.
     *
     * @param fresh new examples consumed by this micro-epoch
     * @param selected of these, the first lessons; the others are replayed
     */
    private Means learn(List<Lesson<I>> lessons, int fresh, int selected) {
        int batchSize = spec.getBatchSize();
        int steps = (lessons.size() + batchSize - 1) / batchSize * spec.getPasses();
        Rng random = random(ORDER);
        int[] order = IntStream.range(0, lessons.size()).toArray();
        int step = 0;
        int seen = 0; // of the selected ones
        double lossSum = 0;
        double normSum = 0;
        for (int pass = 0; pass < spec.getPasses(); pass++) {
            random.shuffle(order, order.length);
            for (int from = 0; from < order.length; from += batchSize) {
                var rows = new ArrayList<Lesson<I>>(); // batch = min(batchSize, what is left)
                for (int i = from; i < Math.min(from + batchSize, order.length); i++)
                    rows.add(lessons.get(order[i]));
                recent.add(rows);
                double consumed = examplesSeen + fresh * ((double) step / steps);
                var batch =
                        new Batch(
                                Lesson.labels(rows), // (batch, classes), float32
                                Lesson.weights(rows), // (batch)
                                new Progress(
                                        consumed,
                                        spec.getBudget(),
                                        examplesSeen + fresh * ((double) seen / selected),
                                        spec.getPasses() * (1 + spec.getReplay())),
                                TaskKind.of(spec));
                BatchLoss loss = methods.loss(batch, recent);
                // learning rate at the middle of the step, so that it is above 0 in the first and
                // last one
                double middle = examplesSeen + fresh * (step + 0.5) / steps;
                Update update = LearningRates.update(spec, middle, examplesSeen + fresh);
                // forward, loss, backward, Adam
                Step done = network.learn(Lesson.inputs(rows), loss, adam, update);
                step++;
                if (pass == 0)
                    for (int i = from; i < from + rows.size(); i++) if (order[i] < selected) seen++;
                DivergedException.requireFinite(done, step, microEpochs, spec.getId());
                lossSum += done.loss();
                normSum += done.gradientNorm();
            }
        }
        return new Means(step, lossSum / step, normSum / step);
    }

    private Progress progress() {
        return new Progress(examplesSeen, spec.getBudget());
    }

    /** All trained weights as safetensors; {@link Networks#read} reads them. */
    public byte[] weights() {
        return network.write(TrainingState.provenance(spec, examplesSeen));
    }

    /**
     * The rest of the state that is needed to resume, as safetensors.
     *
     * @param more further tensors of the caller; their names must differ from the learner's
     * @throws dev.belay.models.checkpoint.CheckpointTooLargeException if no file can hold it
     */
    public byte[] state(Tensor... more) {
        var state =
                new TrainingState(
                        microEpochs,
                        memory.examples(),
                        memory.seen(),
                        recent.examples(),
                        selectorState,
                        stoppingState);
        var tensors = new ArrayList<Tensor>(adam.state());
        tensors.addAll(state.write(spec.getClasses().size(), examplesSeen));
        tensors.addAll(List.of(more));
        return SafeTensors.of(TrainingState.provenance(spec, examplesSeen), tensors).write();
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

    /** Encodes examples of the replay memory or the window. */
    private List<Lesson<I>> lessons(List<WeightedExample> examples) {
        return Lesson.of(
                examples, network.recall(examples.stream().map(e -> e.example().input()).toList()));
    }

    private Rng random(long purpose) {
        return new Rng(spec.getSeed(), microEpochs, purpose);
    }
}
