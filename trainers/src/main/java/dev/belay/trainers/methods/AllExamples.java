package dev.belay.trainers.methods;

import dev.belay.plugins.Parameters;
import java.util.Arrays;

/** Learns from all examples, with weight 1. */
public final class AllExamples implements ExampleSelector {
    @Override
    public String name() {
        return "all";
    }

    @Override
    public Selection select(Candidates candidates, double[] state, Parameters parameters) {
        float[] weights = new float[candidates.labels().length];
        Arrays.fill(weights, 1);
        return new Selection(weights, state);
    }
}
