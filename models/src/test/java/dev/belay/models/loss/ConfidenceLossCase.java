package dev.belay.models.loss;

import java.util.Map;

/**
 * Half through the warm-up of .2 of 100 examples, so α = .25. Two rows are too few to balance
 * alone: with the two before them p0 = (.9 .7 .6 .2), the labels' mean of class 1 is .5, the median
 * .65. So ĥ = (0, 1) and the targets .75·(.5, .5) + .25·ĥ = (.625, .375) and (.375, .625). Loss =
 * −(.625·ln .7 + .375·ln .3 + .375·ln .6 + .625·ln .4) / 2 = .719326; slope = (p − target) / 2.
 */
public final class ConfidenceLossCase implements LossCase {
    @Override
    public String loss() {
        return "confidence";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("alpha", "0.5");
    }

    @Override
    public Batch batch() {
        return new Batch(
                new float[][] {{.5f, .5f}, {.5f, .5f}}, new float[] {1, 1}, new Progress(10, 100));
    }

    @Override
    public float[][] earlierLabels() {
        return new float[][] {{1, 0}, {0, 1}};
    }

    @Override
    public float[][] earlierProbabilities() {
        return new float[][] {{.9f, .1f}, {.2f, .8f}};
    }

    @Override
    public float[][] probabilities() {
        return new float[][] {{.7f, .3f}, {.6f, .4f}};
    }

    @Override
    public Gradient expected() {
        return new Gradient(0.719326, new float[][] {{.0375f, -.0375f}, {.1125f, -.1125f}});
    }
}
