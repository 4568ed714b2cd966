package dev.belay.trainers.methods;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/** Weights 0, {@code half} and 1 in turn, across micro-epochs: a selector with a state. */
public final class EveryThird implements ExampleSelector {
    @Override
    public String name() {
        return "every-third";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.number("half", 0.5, 0, 2, "weight of the second"));
    }

    @Override
    public Selection select(Candidates candidates, double[] state, Parameters parameters) {
        double place = state.length == 0 ? 0 : state[0];
        float[] weights = new float[candidates.labels().length];
        for (int i = 0; i < weights.length; i++) {
            int turn = (int) ((place + i) % 3);
            weights[i] = turn == 0 ? 0 : turn == 1 ? (float) parameters.number("half") : 1;
        }
        return new Selection(weights, new double[] {place + weights.length});
    }
}
