package dev.belay.cli.fleet;

import dev.belay.schemas.ModelId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reference of the form {@code EXPERIMENT[/MODEL[#SEED][@RUN]][:NUMBER]}; the last part may also
 * be written {@code @NUMBER} behind a run.
 *
 * @param model null: all of the experiment
 * @param seed null: all of them
 * @param run null: the newest
 * @param number of a checkpoint; null: the last
 */
record CheckpointReference(
        String experiment,
        @Nullable String model,
        @Nullable Long seed,
        @Nullable Integer run,
        @Nullable Long number) {
    /** For the help of commands that take a checkpoint. */
    static final String CHECKPOINT =
            "EXPERIMENT/MODEL#SEED:NUMBER of the newest run, EXPERIMENT/MODEL#SEED@RUN:NUMBER of"
                    + " another (also …@RUN@NUMBER); without :NUMBER the last one; #SEED may be left"
                    + " out where there is one";

    private static final Pattern FORM =
            Pattern.compile(
                    "([a-z0-9-]+)(?:/([a-z0-9-]+)(?:#(\\d{1,18}))?"
                            + "(?:@(\\d{1,9})(?:@(\\d{1,18}))?)?(?::(\\d{1,18}))?)?");

    /**
     * @throws IllegalArgumentException when it is not of the form
     */
    static CheckpointReference parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches() || (m.group(5) != null && m.group(6) != null)) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' names no model or checkpoint, expected EXPERIMENT,"
                            + " EXPERIMENT/MODEL, EXPERIMENT/MODEL#SEED, …@RUN or …:NUMBER");
        }
        String number = m.group(5) != null ? m.group(5) : m.group(6);
        return new CheckpointReference(
                m.group(1),
                m.group(2),
                m.group(3) == null ? null : Long.valueOf(m.group(3)),
                m.group(4) == null ? null : Integer.valueOf(m.group(4)),
                number == null ? null : Long.valueOf(number));
    }

    /** Whether a model is meant; of any run where none is named. */
    boolean covers(ModelId id) {
        return id.experiment().equals(experiment)
                && (model == null || id.model().equals(model))
                && (seed == null || id.seed() == seed)
                && (run == null || id.run() == run);
    }
}
