package dev.belay.models.loss;

import java.util.Map;

/** Cases of the losses that look at each row by itself. */
final class LossCases {
    private LossCases() {}

    /**
     * Rows of weight 1 and ½. Costs log p − log label with floor .1: row 1 (ln 1.6, ln .4), mean
     * .8·ln 1.6 + .2·ln .4 = .192745; row 2 (ln .5, ln 5), mean .458145. Loss = (.192745 +
     * ½·.458145) / 1.5 = .281212. Slope w·p·(cost − mean) / 1.5: row 1 ±.8·(.470004 − .192745) /
     * 1.5 = ±.147871; row 2 ±.25·(−.693147 − .458145) / 1.5 = ∓.191882.
     */
    public static final class ReverseKl extends Hand {
        public ReverseKl() {
            super(
                    "reverse-kl",
                    Map.of("floor", "0.1"),
                    new Batch(
                            new float[][] {{.5f, .5f}, {1, 0}},
                            new float[] {1, .5f},
                            new Progress(0, 100)),
                    new float[][] {{.8f, .2f}, {.5f, .5f}},
                    new Gradient(
                            .281212, new float[][] {{.147871f, -.147871f}, {-.191882f, .191882f}}));
        }
    }

    /**
     * Costs −log label with floor .1: row 1 (ln 2, ln 2), whatever p; row 2 (0, ln 10), mean
     * 1.151293. Loss = (.693147 + ½·1.151293) / 1.5 = .845862; slope of row 2 ∓.25·1.151293 / 1.5.
     */
    public static final class ReverseCrossEntropy extends Hand {
        public ReverseCrossEntropy() {
            super(
                    "reverse-cross-entropy",
                    Map.of("floor", "0.1"),
                    new Batch(
                            new float[][] {{.5f, .5f}, {1, 0}},
                            new float[] {1, .5f},
                            new Progress(0, 100)),
                    new float[][] {{.8f, .2f}, {.5f, .5f}},
                    new Gradient(.845862, new float[][] {{0, 0}, {-.191882f, .191882f}}));
        }
    }

    /**
     * Half through the warm-up, so α = .25 and the targets .75·label + .25·p are (.65, .35) and
     * (.55, .45). Loss = −(.65·ln .8 + .35·ln .2 + .55·ln .4 + .45·ln .6) / 2 = .721089; slope =
     * .75·(p − label) / 2.
     */
    public static final class Entropy extends Hand {
        public Entropy() {
            super(
                    "entropy",
                    Map.of(),
                    new Batch(
                            new float[][] {{.6f, .4f}, {.6f, .4f}},
                            new float[] {1, 1},
                            new Progress(10, 100)),
                    new float[][] {{.8f, .2f}, {.4f, .6f}},
                    new Gradient(.721089, new float[][] {{.075f, -.075f}, {-.075f, .075f}}));
        }
    }

    /**
     * β = 2 midway from 1 to 3. label·p² = (.05, .0125, .0375), target (.5, .125, .375). Loss =
     * −(.5·ln .5 + .5·ln .25) = 1.039721; slope = p − target.
     */
    public static final class Product extends Hand {
        public Product() {
            super(
                    "product",
                    Map.of("beta", "1 to 3"),
                    new Batch(
                            new float[][] {{.2f, .2f, .6f}},
                            new float[] {1},
                            new Progress(50, 100)),
                    new float[][] {{.5f, .25f, .25f}},
                    new Gradient(1.039721, new float[][] {{0, .125f, -.125f}}));
        }
    }

    /**
     * The second label is certain, so its row has no loss, but its weight ½ counts. Loss = −(.6·ln
     * .8 + .4·ln .2) / 1.5 = .518441; slope = (p − label) / 1.5.
     */
    public static final class Window extends Hand {
        public Window() {
            super(
                    "window",
                    Map.of(),
                    new Batch(
                            new float[][] {{.6f, .4f}, {.9f, .1f}},
                            new float[] {1, .5f},
                            new Progress(0, 100)),
                    new float[][] {{.8f, .2f}, {.5f, .5f}},
                    new Gradient(.518441, new float[][] {{.133333f, -.133333f}, {0, 0}}));
        }
    }

    /**
     * T = ½. Row 1 agrees with its label: α = ½, target ½·(.6, .4) + ½·(1, 0) = (.8, .2) = p. Row 2
     * contradicts it: α = 1 / (1 + (.75 / .25)²) = .1, target .9·(.4, .6) + .1·(1, 0) = (.46, .54).
     * Loss = −(.8·ln .8 + .2·ln .2 + .46·ln .75 + .54·ln .25) / 2 = .690668; slope = (p − target) /
     * 2.
     */
    public static final class AdaptiveConfidence extends Hand {
        public AdaptiveConfidence() {
            super(
                    "adaptive-confidence",
                    Map.of("temperature", "0.5"),
                    new Batch(
                            new float[][] {{.6f, .4f}, {.4f, .6f}},
                            new float[] {1, 1},
                            new Progress(0, 100)),
                    new float[][] {{.8f, .2f}, {.75f, .25f}},
                    new Gradient(.690668, new float[][] {{0, 0}, {.145f, -.145f}}));
        }
    }

    private abstract static class Hand implements LossCase {
        private final String loss;
        private final Map<String, String> parameters;
        private final Batch batch;
        private final float[][] probabilities;
        private final Gradient expected;

        Hand(
                String loss,
                Map<String, String> parameters,
                Batch batch,
                float[][] probabilities,
                Gradient expected) {
            this.loss = loss;
            this.parameters = parameters;
            this.batch = batch;
            this.probabilities = probabilities;
            this.expected = expected;
        }

        @Override
        public String loss() {
            return loss;
        }

        @Override
        public Map<String, String> parameters() {
            return parameters;
        }

        @Override
        public Batch batch() {
            return batch;
        }

        @Override
        public float[][] probabilities() {
            return probabilities;
        }

        @Override
        public Gradient expected() {
            return expected;
        }
    }
}
