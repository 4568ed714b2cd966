package dev.belay.labelers.ensemble;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.Distributions;
import java.util.List;
import java.util.Map;

/** A labeler that answers from the distributions of the sources that did not abstain. */
abstract class Ensemble implements LabelerFactory {
    /**
     * The answer.
     *
     * @param votes number of distributions, at least 1
     * @param sums of the probabilities of each class or option, over the distributions
     * @param firsts number of distributions of which each class or option is the most probable one,
     *     the lowest of equal ones
     */
    abstract float[] combine(int votes, double[] sums, int[] firsts);

    /** The mean of the distributions. */
    static float[] mean(int votes, double[] sums) {
        float[] mean = new float[sums.length];
        for (int k = 0; k < mean.length; k++) {
            mean[k] = (float) (sums[k] / votes);
        }
        return mean;
    }

    @Override
    public int leastSources() {
        return 2;
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> parameters) {
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "kind '" + name() + "' has no parameters, found " + parameters.keySet());
        }
        return inputs -> inputs.stream().map(input -> answer(input, classes.size())).toList();
    }

    private float[] answer(LabelerInput input, int classes) {
        int size = Distributions.size(classes, input.example());
        double[] sums = new double[size];
        int[] firsts = new int[size];
        int votes = 0;
        for (GivenLabel label : input.sources().values()) {
            if (label.abstained()) {
                continue;
            }
            votes++;
            int first = 0;
            for (int k = 0; k < size; k++) {
                float p = label.distribution()[k];
                sums[k] += p;
                first = p > label.distribution()[first] ? k : first;
            }
            firsts[first]++;
        }
        return votes == 0 ? Labeler.ABSTAINED : combine(votes, sums, firsts);
    }
}
