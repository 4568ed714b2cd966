package dev.belay.trainers.methods;

import dev.belay.models.loss.BalancedPredictions;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.Arrays;
import java.util.List;

/**
 * Stops when the agreement with held-out weak labels stops rising (early stopping of Burns et al.
 * 2023, without truth). A micro-epoch's new examples are predicted before they are learned from, so
 * their labels are held out; the mean over the last {@code window} micro-epochs is compared with
 * its highest value so far. A micro-epoch without labels is ignored.
 *
 * <p>State: the highest mean, micro-epochs since then, and for each of the last micro-epochs
 * agreements and labels, oldest first.
 */
public final class AgreementStopping implements StoppingRule {
    private static final String WINDOW = "window";
    private static final String PATIENCE = "patience";
    private static final String RISE = "rise";

    @Override
    public String name() {
        return "agreement";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.integer(WINDOW, 4, 1, 1000, "micro-epochs of a mean"),
                Parameter.integer(
                        PATIENCE,
                        4,
                        1,
                        100_000,
                        "micro-epochs without a higher mean, then it stops"),
                Parameter.number(RISE, 0, 0, 1, "a mean is higher if it is more than this above"));
    }

    @Override
    public long stateSize(Parameters parameters) {
        return 2 + 2 * parameters.integer(WINDOW);
    }

    @Override
    public Decision decide(Observation observation, double[] state, Parameters parameters) {
        float[][] labels = observation.labels();
        if (labels.length == 0) return new Decision(false, state);
        int agreed = 0;
        for (int i = 0; i < labels.length; i++)
            if (BalancedPredictions.argmax(labels[i])
                    == BalancedPredictions.argmax(observation.predictions()[i])) agreed++;
        double[] counts = state.length == 0 ? state : Arrays.copyOfRange(state, 2, state.length);
        int window = 2 * (int) parameters.integer(WINDOW);
        counts = BestShare.last(counts, new double[] {agreed, labels.length}, window);
        double best = state.length == 0 ? 0 : state[0];
        double since = state.length == 0 ? 0 : state[1];
        if (counts.length == window) {
            double same = 0;
            double all = 0;
            for (int i = 0; i < window; i += 2) {
                same += counts[i];
                all += counts[i + 1];
            }
            boolean higher = same / all > best + parameters.number(RISE);
            since = higher ? 0 : since + 1;
            if (higher) best = same / all;
        }
        double[] next = new double[2 + counts.length];
        next[0] = best;
        next[1] = since;
        System.arraycopy(counts, 0, next, 2, counts.length);
        return new Decision(since >= parameters.integer(PATIENCE), next);
    }
}
