package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.List;

/** Weight of a model's own predictions: a schedule times a warm-up from 0. */
final class Alpha {
    private static final String ALPHA = "alpha";
    private static final String WARM_UP = "warm-up";
    private static final String WARM_UP_EXAMPLES = "warm-up-examples";
    private static final String EVIDENCE = "evidence";
    private static final double SHARE = 0.2;

    private Alpha() {}

    static List<Parameter> parameters() {
        return List.of(
                Schedule.parameter(
                        ALPHA, 0.5, 0, 1, "weight of the model's own predictions after warm-up"),
                new Parameter(
                        WARM_UP,
                        Double.toString(SHARE),
                        "a number from 0.0 to 1.0, or evidence",
                        Alpha::warmUp,
                        "share of the budget over which alpha rises from 0; evidence: min(1,"
                                + " 0.2·passes·(1 + replay)) of the budget, in distinct examples"),
                Parameter.integer(
                        WARM_UP_EXAMPLES,
                        1_000,
                        0,
                        Long.MAX_VALUE,
                        "the same for endless models, in examples; evidence: times passes·(1 +"
                                + " replay)"));
    }

    /** In [0, 1]. */
    static double value(Progress progress, Parameters parameters) {
        String share = parameters.text(WARM_UP);
        long examples = parameters.integer(WARM_UP_EXAMPLES);
        double warmUp =
                share.equals(EVIDENCE)
                        ? progress.evidence(SHARE, examples)
                        : progress.warmUp(Double.parseDouble(share), examples);
        return Schedule.of(parameters.text(ALPHA)).at(progress) * warmUp;
    }

    private static String warmUp(String text) {
        if (text.equals(EVIDENCE)) return text;
        double share = Double.parseDouble(text.strip());
        if (!(share >= 0 && share <= 1)) throw new IllegalArgumentException("not accepted");
        return Double.toString(share);
    }
}
