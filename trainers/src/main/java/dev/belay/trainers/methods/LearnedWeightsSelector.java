package dev.belay.trainers.methods;

import dev.belay.models.loss.BalancedPredictions;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.Arrays;
import java.util.List;

/**
 * Learns how much weight each of several supervisors has, by the student's own loss (after RAVEN,
 * Jeon, Sobotka, Choi, Brbić 2025, arXiv 2510.21332). The supervisor is a labeler of kind {@code
 * votes}; of others all examples are kept with their labels.
 *
 * <pre>
 * label  = Σ_i w_i·v_i / Σ_i w_i     over the sources that voted, Σ_i w_i = 1 over all
 * w_i    ∝ w_i·exp(−rate·g_i),       g_i = mean of CE(p, v_i) = −Σ_k v_ik·ln p_k
 * </pre>
 *
 * <p>g is the gradient, with respect to w, of the student's cross-entropy CE(p, label), so this is
 * exponentiated gradient descent on it (Kivinen, Warmuth 1997), one step a micro-epoch; p are the
 * predictions of the new examples before they are learned from. A source that has no vote in a
 * micro-epoch keeps its share. What differs from RAVEN: it takes a gradient step of softmax weights
 * with each batch, together with the model's.
 *
 * <p>As there, training begins with easy examples: of the first {@code easy} ones only those are
 * learned on which all votes are for the same class, with equal weights.
 *
 * <p>State: w, at most 64 sources.
 */
public final class LearnedWeightsSelector implements ExampleSelector {
    private static final String RATE = "rate";
    private static final String EASY = "easy";
    private static final int MOST = 64;
    private static final double FLOOR = 1e-7;

    @Override
    public String name() {
        return "learned-weights";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.number(RATE, 1, 0, 100, "step size of the sources' weights"),
                Parameter.integer(
                        EASY,
                        512,
                        0,
                        Long.MAX_VALUE,
                        "first examples, of which only those are learned on which all votes agree"));
    }

    @Override
    public long stateSize(int features, Parameters parameters) {
        return MOST;
    }

    @Override
    public Selection select(Candidates candidates, double[] state, Parameters parameters) {
        float[][][] votes = candidates.votes(); // (rows, sources, classes)
        float[] keep = new float[votes.length];
        Arrays.fill(keep, 1);
        int sources = votes.length == 0 ? 0 : votes[0].length;
        if (sources == 0) return new Selection(keep, state);
        boolean same = state.length == 0 || state.length == sources;
        for (float[][] row : votes) same &= row.length == sources;
        if (sources > MOST || !same)
            throw new IllegalArgumentException(
                    "labels with %d votes, expected as many in each as before (%d), at most %d"
                            .formatted(sources, state.length, MOST));
        double[] weights = state;
        if (state.length == 0) {
            weights = new double[sources];
            Arrays.fill(weights, 1.0 / sources);
        }
        if (candidates.progress().consumed() < parameters.integer(EASY)) {
            for (int i = 0; i < keep.length; i++) keep[i] = agreed(votes[i]) ? 1 : 0;
        } else {
            weights = step(weights, votes, candidates.predictions(), parameters.number(RATE));
        }
        float[][] labels = new float[votes.length][];
        for (int i = 0; i < labels.length; i++)
            labels[i] = combined(weights, votes[i], candidates.labels()[i]);
        return new Selection(keep, weights, labels);
    }

    /** Whether all votes are for one class. */
    private static boolean agreed(float[][] votes) {
        int first = -1;
        for (float[] vote : votes) {
            if (vote.length == 0) continue;
            int said = BalancedPredictions.argmax(vote);
            if (first >= 0 && said != first) return false;
            first = said;
        }
        return true;
    }

    /** The weights after a step, with a sum of 1. */
    private static double[] step(
            double[] weights, float[][][] votes, float[][] predictions, double rate) {
        int sources = weights.length;
        double[] gradient = new double[sources];
        int[] voted = new int[sources];
        for (int row = 0; row < votes.length; row++) {
            for (int i = 0; i < sources; i++) {
                float[] vote = votes[row][i];
                if (vote.length == 0) continue;
                voted[i]++;
                for (int k = 0; k < vote.length; k++)
                    gradient[i] -= vote[k] * Math.log(Math.max(predictions[row][k], FLOOR));
            }
        }
        double mean = 0; // of those that voted, for those that did not
        double all = 0;
        for (int i = 0; i < sources; i++) {
            if (voted[i] == 0) continue;
            gradient[i] /= voted[i];
            mean += weights[i] * gradient[i];
            all += weights[i];
        }
        if (all == 0) return weights;
        mean /= all;
        double[] next = new double[sources];
        double sum = 0;
        for (int i = 0; i < sources; i++) {
            // relative to the mean, so that exp neither over- nor underflows for all at once
            double g = voted[i] == 0 ? 0 : gradient[i] - mean;
            next[i] = Math.max(weights[i] * Math.exp(-rate * g), FLOOR);
            sum += next[i];
        }
        for (int i = 0; i < sources; i++) next[i] /= sum;
        return next;
    }

    /** The weighted mean of the votes; the label itself where there are no votes. */
    private static float[] combined(double[] weights, float[][] votes, float[] label) {
        double[] sums = new double[label.length];
        double all = 0;
        for (int i = 0; i < votes.length; i++) {
            if (votes[i].length == 0) continue;
            all += weights[i];
            for (int k = 0; k < sums.length; k++) sums[k] += weights[i] * votes[i][k];
        }
        if (all == 0) return label;
        float[] combined = new float[sums.length];
        for (int k = 0; k < sums.length; k++) combined[k] = (float) (sums[k] / all);
        return combined;
    }
}
