package dev.belay.models.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.Gradient;
import dev.belay.models.torch.Softmax;
import dev.belay.models.torch.Torch;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Steps of the optimizer on a list of parameters. Not thread-safe. */
public final class Backprop {
    /** DJL allows one gradient collector per process. */
    private static final Object LEARNING = new Object();

    /** Forward pass: parameters by name → logits of a batch, (inputs, outputs). */
    @FunctionalInterface
    public interface Forward {
        NDArray logits(NDManager step, Map<String, NDArray> parameters);
    }

    private final NDManager manager;
    private final List<Parameter> parameters;

    /** Buffer for one gradient at a time: all of them would take as much memory as the weights. */
    private float[] gradient = {};

    public Backprop(NDManager manager, List<Parameter> parameters) {
        this.manager = manager;
        this.parameters = parameters;
    }

    /**
     * One step on one batch. If loss or gradient is not finite, the weights are unchanged.
     *
     * @param sizes logits of each row of probabilities: a softmax is over so many consecutive ones
     * @param loss called once, with the probabilities before the step
     */
    public Step step(Forward forward, int[] sizes, BatchLoss loss, Adam adam, Update update) {
        synchronized (LEARNING) {
            try (NDManager step = manager.newSubManager();
                    GradientCollector collector = Torch.engine().newGradientCollector()) {
                // new arrays in each step: gradients start at zero, and no memory leaks
                var arrays = new HashMap<String, NDArray>();
                for (Parameter p : parameters) {
                    NDArray array = p.array(step);
                    array.setRequiresGradient(true);
                    arrays.put(p.name(), array);
                }
                NDArray logits = forward.logits(step, arrays); // (inputs, outputs), float32
                Gradient gradient = loss.of(Softmax.rows(logits.toFloatArray(), sizes));
                if (!Double.isFinite(gradient.loss())) return new Step(gradient.loss(), Double.NaN);
                // the gradient of Σ logits·(∂loss/∂logits) in the weights is that of the loss
                NDArray slope = step.create(flat(gradient.dLogits()), logits.getShape());
                collector.backward(logits.mul(slope).sum());
                return new Step(gradient.loss(), move(arrays, adam, update));
            }
        }
    }

    /** Updates the weights if the gradient is finite; returns its norm. */
    private double move(Map<String, NDArray> arrays, Adam adam, Update update) {
        double squares = 0;
        for (Parameter p : parameters) squares += squares(gradient(p, arrays, update), p);
        if (!Double.isFinite(squares)) return squares;
        double norm = Math.sqrt(squares);
        double clip = update.clipNorm();
        float scale = clip > 0 && norm > clip ? (float) (clip / norm) : 1;
        adam.nextStep();
        for (Parameter p : parameters) {
            double rate = p.ofHead() ? update.headLearningRate() : update.learningRate();
            adam.update(p, gradient(p, arrays, update), scale, rate);
            p.shared().set(p.weights());
        }
        return norm;
    }

    /**
     * The gradient of one parameter, in a shared buffer that may be longer; valid until the next
     * call.
     */
    private float[] gradient(Parameter p, Map<String, NDArray> arrays, Update update) {
        int size = p.weights().length;
        if (gradient.length < size) gradient = new float[size];
        try (NDArray array = Objects.requireNonNull(arrays.get(p.name())).getGradient()) {
            array.toByteBuffer(true)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .get(gradient, 0, size);
        }
        if (update.ridge() > 0 && p.ofHead() && p.isMatrix()) {
            float slope = (float) (2 * update.ridge());
            for (int i = 0; i < size; i++) gradient[i] += slope * p.weights()[i];
        }
        return gradient;
    }

    /** Four partial sums, so that additions do not wait for each other. */
    private static double squares(float[] values, Parameter p) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        int size = p.weights().length;
        for (; i + 3 < size; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < size; i++) a += (double) values[i] * values[i];
        return a + b + c + d;
    }

    private static float[] flat(float[][] rows) {
        int size = 0;
        for (float[] row : rows) size += row.length;
        float[] flat = new float[size];
        int at = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, flat, at, row.length);
            at += row.length;
        }
        return flat;
    }
}
