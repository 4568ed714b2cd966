package dev.belay.trainers.methods;

import dev.belay.plugins.Parameters;

/** Never stops before the budget ends. */
public final class BudgetRule implements StoppingRule {
    @Override
    public String name() {
        return "budget";
    }

    @Override
    public Decision decide(Observation observation, double[] state, Parameters parameters) {
        return new Decision(false, state);
    }
}
