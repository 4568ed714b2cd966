package dev.belay.trainers.methods;

import dev.belay.models.loss.BalancedPredictions;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/** Stops when the agreement with labels not yet learned from was high twice: has a state. */
public final class AgreedTwice implements StoppingRule {
    @Override
    public String name() {
        return "agreed-twice";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.number("above", 0.9, 0, 1, "agreement, a share"));
    }

    @Override
    public Decision decide(Observation observation, double[] state, Parameters parameters) {
        double same = 0;
        int rows = observation.labels().length;
        for (int i = 0; i < rows; i++)
            if (BalancedPredictions.argmax(observation.labels()[i])
                    == BalancedPredictions.argmax(observation.predictions()[i])) same++;
        double times = state.length == 0 ? 0 : state[0];
        if (same / rows > parameters.number("above")) times++;
        return new Decision(times >= 2, new double[] {times});
    }
}
