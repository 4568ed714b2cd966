package dev.belay.trainers.methods;

import dev.belay.models.Rng;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.Arrays;
import java.util.List;

/**
 * Learns from the share of the examples whose label fits those of their neighbours best: the lowest
 * cut statistic (Lang, Vijayaraghavan, Sontag 2022, arXiv 2206.02914; Muhlenbach et al. 2004).
 *
 * <pre>
 * z_i = (J_i − μ_i) / σ_i
 * J_i = Σ_j w_ij·[y_j ≠ y_i]   over the k nearest neighbours j, w_ij = 1 / (1 + distance)
 * μ_i = (1 − π(y_i))·Σ_j w_ij,  σ_i² = π(y_i)·(1 − π(y_i))·Σ_j w_ij²
 * </pre>
 *
 * <p>y is the label's argmax, π its frequency. μ and σ are mean and deviation of J if labels did
 * not depend on the inputs. Distances are Euclidean between the encoder's features. Neighbours are
 * searched among the new examples and a uniform sample of the earlier ones (reservoir sampling), so
 * the first micro-epoch has only itself. With one class z is 0. Cost of a micro-epoch: new examples
 * × (reservoir + new examples) × features.
 *
 * <p>State: examples so far; number of scores, and these; class and features of each example of the
 * reservoir.
 */
public final class CutStatisticSelector implements ExampleSelector {
    private static final String SHARE = "share";
    private static final String NEIGHBOURS = "neighbours";
    private static final String RESERVOIR = "reservoir";

    @Override
    public String name() {
        return "cut-statistic";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.number(SHARE, 0.5, 0.01, 1, "share of the examples that is kept"),
                Parameter.integer(NEIGHBOURS, 20, 1, 1000, "nearest neighbours"),
                Parameter.integer(
                        RESERVOIR,
                        1024,
                        1,
                        100_000,
                        "earlier examples among which neighbours are searched, and last scores"
                                + " among which it is the share"));
    }

    @Override
    public boolean usesFeatures() {
        return true;
    }

    @Override
    public long stateSize(int features, Parameters parameters) {
        return 2 + parameters.integer(RESERVOIR) * (2L + features);
    }

    @Override
    public Selection select(Candidates candidates, double[] state, Parameters parameters) {
        float[][] fresh = candidates.features().get(); // (rows, features)
        int rows = fresh.length;
        if (rows == 0) return new Selection(new float[0], state);
        int reservoir = (int) parameters.integer(RESERVOIR);
        long seen = state.length == 0 ? 0 : (long) state[0];
        int scored = state.length == 0 ? 0 : (int) state[1];
        double[] earlier = state.length == 0 ? state : Arrays.copyOfRange(state, 2, 2 + scored);

        // the new examples, then the reservoir
        int width = fresh[0].length;
        int kept = (int) Math.min(seen, reservoir);
        float[][] features = Arrays.copyOf(fresh, rows + kept);
        int[] classes = new int[rows + kept];
        for (int i = 0; i < rows; i++)
            classes[i] = BalancedPredictions.argmax(candidates.labels()[i]);
        for (int i = 0; i < kept; i++) {
            int at = 2 + scored + i * (1 + width);
            classes[rows + i] = (int) state[at];
            features[rows + i] = new float[width];
            for (int k = 0; k < width; k++) features[rows + i][k] = (float) state[at + 1 + k];
        }

        double[] z = new double[rows];
        for (int i = 0; i < rows; i++)
            z[i] = cut(i, features, classes, (int) parameters.integer(NEIGHBOURS));
        float[] weights = BestShare.weights(z, earlier, parameters.number(SHARE));
        double[] scores = BestShare.last(earlier, z, reservoir);

        // Vitter's algorithm R; places of the reservoir → rows of features
        int[] places = new int[(int) Math.min(seen + rows, reservoir)];
        for (int i = 0; i < kept; i++) places[i] = rows + i;
        for (int i = 0; i < rows; i++) {
            long number = seen + i;
            long place =
                    number < reservoir
                            ? number
                            : (long) (new Rng(number).nextDouble() * (number + 1));
            if (place < reservoir) places[(int) place] = i;
        }
        double[] next = new double[2 + scores.length + places.length * (1 + width)];
        next[0] = seen + rows;
        next[1] = scores.length;
        System.arraycopy(scores, 0, next, 2, scores.length);
        int at = 2 + scores.length;
        for (int place : places) {
            next[at++] = classes[place];
            for (float value : features[place]) next[at++] = value;
        }
        return new Selection(weights, next);
    }

    /** z of example {@code i}; 0 without neighbours, or if all have one class. */
    static double cut(int i, float[][] features, int[] classes, int neighbours) {
        double[] nearest = new double[Math.min(neighbours, features.length - 1)]; // ascending
        int[] whose = new int[nearest.length];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int same = 0;
        for (int j = 0; j < features.length; j++) {
            if (classes[j] == classes[i]) same++;
            if (j == i || nearest.length == 0) continue;
            double distance = distance(features[i], features[j]);
            if (distance >= nearest[nearest.length - 1]) continue;
            int at = nearest.length - 1;
            for (; at > 0 && nearest[at - 1] > distance; at--) {
                nearest[at] = nearest[at - 1];
                whose[at] = whose[at - 1];
            }
            nearest[at] = distance;
            whose[at] = j;
        }
        double cut = 0;
        double sum = 0;
        double squares = 0;
        for (int n = 0; n < nearest.length; n++) {
            double w = 1 / (1 + nearest[n]);
            if (classes[whose[n]] != classes[i]) cut += w;
            sum += w;
            squares += w * w;
        }
        double share = (double) same / features.length;
        double deviation = Math.sqrt(share * (1 - share) * squares);
        return deviation > 0 ? (cut - (1 - share) * sum) / deviation : 0;
    }

    private static double distance(float[] a, float[] b) {
        double squares = 0;
        for (int k = 0; k < a.length; k++) {
            double d = a[k] - b[k];
            squares += d * d;
        }
        return Math.sqrt(squares);
    }
}
