package dev.belay.benchmarks.trainer;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.TableEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;

/**
 * A head trained by DJL alone: its blocks, trainer, loss and Adam; a sub-manager a step. The data
 * are in memory; nothing is predicted, saved or sent. The batches are as many and as large as
 * Belay's: of each micro-epoch the new examples and the replayed ones, shuffled.
 */
final class BareTraining {
    static final int BATCH = 32;

    private final List<float[]> features;
    private final List<float[]> labels;
    private final int microEpoch;
    private final int replayMemory;
    private final int hidden;
    // outside of the heap: PyTorch reads them in place
    private final FloatBuffer x = direct(BATCH * TableEncoder.DIMENSIONS);
    private final FloatBuffer y = direct(BATCH * Stage.CLASSES.size());
    private boolean updated;

    /**
     * @param labels a distribution an example
     * @param hidden units of the hidden layer; 0: a linear head
     */
    BareTraining(
            List<float[]> features,
            List<float[]> labels,
            int microEpoch,
            int replayMemory,
            int hidden) {
        this.features = features;
        this.labels = labels;
        this.microEpoch = microEpoch;
        this.replayMemory = replayMemory;
        this.hidden = hidden;
    }

    /**
     * Trains a new model on all examples once.
     *
     * @return mean loss of the last micro-epoch: that it has learned is what shows that the loop is
     *     right
     */
    double run(long seed) {
        Random random = new Random(seed);
        updated = false;
        try (Model model = Model.newInstance("bare", ai.djl.Device.cpu(), "PyTorch")) {
            SequentialBlock block = new SequentialBlock();
            if (hidden > 0)
                block.add(Linear.builder().setUnits(hidden).build()).add(Activation::relu);
            model.setBlock(block.add(Linear.builder().setUnits(Stage.CLASSES.size()).build()));
            var config =
                    new DefaultTrainingConfig(
                                    new SoftmaxCrossEntropyLoss("loss", 1, -1, false, true))
                            .optOptimizer(
                                    Optimizer.adam()
                                            .optLearningRateTracker(
                                                    Tracker.fixed((float) Stage.LEARNING_RATE))
                                            .build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(BATCH, TableEncoder.DIMENSIONS));
                double loss = 0;
                for (int from = 0; from < features.size(); from += microEpoch)
                    loss = microEpoch(trainer, order(from, random));
                return loss;
            }
        }
    }

    /** The new examples from one on and those replayed, shuffled. */
    private int[] order(int from, Random random) {
        int fresh = Math.min(microEpoch, features.size() - from);
        int replayed = Math.min(fresh, Math.min(replayMemory, from));
        int[] order = new int[fresh + replayed];
        for (int i = 0; i < fresh; i++) order[i] = from + i;
        for (int i = 0; i < replayed; i++) order[fresh + i] = random.nextInt(from);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    private double microEpoch(Trainer trainer, int[] order) {
        double loss = 0;
        int steps = 0;
        for (int from = 0; from < order.length; from += BATCH, steps++)
            loss += step(trainer, order, from, Math.min(BATCH, order.length - from));
        return loss / steps;
    }

    private double step(Trainer trainer, int[] order, int from, int size) {
        for (int i = 0; i < size; i++) {
            x.put(i * TableEncoder.DIMENSIONS, features.get(order[from + i]));
            y.put(i * Stage.CLASSES.size(), labels.get(order[from + i]));
        }
        float loss;
        try (NDManager manager = trainer.getManager().newSubManager()) {
            // x: (batch, 384), y: (batch, 2), float32
            NDArray rows = array(manager, x, size, TableEncoder.DIMENSIONS);
            NDArray targets = array(manager, y, size, Stage.CLASSES.size());
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList logits = trainer.forward(new NDList(rows));
                logits.attach(manager);
                NDArray value = trainer.getLoss().evaluate(new NDList(targets), logits);
                value.attach(manager);
                collector.backward(value);
                loss = value.getFloat();
            }
        }
        update(trainer);
        return loss;
    }

    /**
     * One update of the weights; DJL's Adam leaves gradients at zero. Before its first update DJL
     * refuses gradients whose sum is exactly 0. Those of two logits are opposite numbers, so with a
     * linear head their sum may be: then they are added to those of the next batch.
     */
    private void update(Trainer trainer) {
        try {
            trainer.step();
            updated = true;
        } catch (IllegalStateException e) {
            if (updated || hidden > 0) throw e; // without any update the check of the loss fails
        }
    }

    private static NDArray array(NDManager manager, FloatBuffer buffer, int rows, int width) {
        return manager.create(
                buffer.slice(0, rows * width), new Shape(rows, width), DataType.FLOAT32);
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
