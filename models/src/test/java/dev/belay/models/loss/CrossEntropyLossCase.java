package dev.belay.models.loss;

import java.util.Map;

/**
 * Hard labels: targets (1, 0) and (0, 1), weights 1 and 0.5. Loss = −(ln 0.8 + 0.5·ln 0.5) / 1.5 =
 * 0.379811; slope = w·(p − target) / 1.5.
 */
public final class CrossEntropyLossCase implements LossCase {
    @Override
    public String loss() {
        return "cross-entropy";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("hard", "true");
    }

    @Override
    public Batch batch() {
        return new Batch(
                new float[][] {{.6f, .4f}, {.1f, .9f}}, new float[] {1, .5f}, new Progress(0, 100));
    }

    @Override
    public float[][] probabilities() {
        return new float[][] {{.8f, .2f}, {.5f, .5f}};
    }

    @Override
    public Gradient expected() {
        return new Gradient(
                0.379811, new float[][] {{-.2f / 1.5f, .2f / 1.5f}, {.25f / 1.5f, -.25f / 1.5f}});
    }
}
