package dev.belay.models.optimizer;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adam (Kingma and Ba 2015), with decoupled weight decay AdamW (Loshchilov and Hutter 2019); β =
 * (0.9, 0.999), ε = 1e-8, as in PyTorch. Its state can be stored, which DJL's own optimizer does
 * not allow.
 */
public final class Adam {
    /** Version of its semantics, part of a spec's hash. */
    public static final int VERSION = 1;

    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;
    private static final String STEPS = "adam.steps";

    private final double weightDecay;
    private final Map<String, float[]> firstMoments;
    private final Map<String, float[]> secondMoments;
    private long steps;

    /**
     * Creates an optimizer with empty state.
     *
     * @param weightDecay decoupled: each step subtracts (learning rate)·weightDecay times the
     *     weight, except for biases and LayerNorms; 0 for plain Adam
     */
    public Adam(double weightDecay) {
        if (!(weightDecay >= 0))
            throw new IllegalArgumentException(
                    "weight decay must be at least 0, got " + weightDecay);
        this.weightDecay = weightDecay;
        this.firstMoments = new TreeMap<>();
        this.secondMoments = new TreeMap<>();
    }

    /** Starts an update of all parameters. */
    void nextStep() {
        steps++;
    }

    /**
     * Updates one parameter's weights.
     *
     * @param gradient at least as long as the weights; the rest is ignored
     * @param scale factor of the gradient
     */
    void update(Parameter parameter, float[] gradient, float scale, double learningRate) {
        float[] weights = parameter.weights();
        float[] m = firstMoments.computeIfAbsent(parameter.name(), n -> new float[weights.length]);
        float[] v = secondMoments.computeIfAbsent(parameter.name(), n -> new float[weights.length]);
        float rate = (float) (learningRate / (1 - StrictMath.pow(BETA1, (double) steps)));
        float root = (float) (1 / Math.sqrt(1 - StrictMath.pow(BETA2, (double) steps)));
        float keep = parameter.isMatrix() ? (float) (1 - learningRate * weightDecay) : 1;
        for (int i = 0; i < weights.length; i++) {
            float g = gradient[i] * scale;
            m[i] = BETA1 * m[i] + (1 - BETA1) * g;
            v[i] = BETA2 * v[i] + (1 - BETA2) * (g * g);
            float size = (float) Math.sqrt(v[i]) * root + EPSILON;
            weights[i] = keep * weights[i] - rate * m[i] / size;
        }
    }

    /** Its state: step count and both moments of each parameter. */
    public List<Tensor> state() {
        var tensors = new ArrayList<Tensor>();
        tensors.add(Tensor.ofLongs(STEPS, steps));
        firstMoments.forEach((n, m) -> tensors.add(Tensor.ofFloats("adam.m." + n, m, m.length)));
        secondMoments.forEach((n, v) -> tensors.add(Tensor.ofFloats("adam.v." + n, v, v.length)));
        return tensors;
    }

    /**
     * Restores a stored state.
     *
     * @param sizes number of weights of each parameter of the network
     * @throws MalformedCheckpointException if it is incomplete or belongs to other parameters
     */
    public void restore(SafeTensors state, Map<String, Integer> sizes) {
        steps = state.tensor(STEPS).withShape(1).longs()[0];
        firstMoments.clear();
        secondMoments.clear();
        if (steps == 0) return;
        sizes.forEach(
                (name, size) -> {
                    firstMoments.put(name, state.tensor("adam.m." + name).withShape(size).floats());
                    secondMoments.put(
                            name, state.tensor("adam.v." + name).withShape(size).floats());
                });
    }
}
