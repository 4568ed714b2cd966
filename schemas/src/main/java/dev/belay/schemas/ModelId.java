package dev.belay.schemas;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a model everywhere: {@code experiment/model#seed@run}.
 *
 * @param run rises when the model's spec changes or a fresh run is asked for; from 0
 */
public record ModelId(String experiment, String model, long seed, int run) {
    /** The labeler that joins examples with truth; not a model. */
    public static final String TRUTH = "truth";

    private static final Pattern FORM =
            Pattern.compile("([a-z0-9-]+)/([a-z0-9-]+)#(\\d{1,18})@(\\d{1,9})");

    public ModelId {
        Names.require("experiment", experiment);
        Names.require("model", model);
        if (seed < 0 || run < 0) {
            throw new IllegalArgumentException(
                    "seed and run must not be negative, found seed " + seed + ", run " + run);
        }
    }

    /**
     * Reads {@code experiment/model#seed@run}.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    public static ModelId parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "expected a model id experiment/model#seed@run, found '" + text + "'");
        }
        return new ModelId(
                m.group(1), m.group(2), Long.parseLong(m.group(3)), Integer.parseInt(m.group(4)));
    }

    /**
     * {@code experiment.model.seed}: the model as labeler in a topic's name, the same for all runs.
     */
    public String labeler() {
        return experiment + "." + model + "." + seed;
    }

    /**
     * The name in the experiment file of the labeler with this id; {@code truth} is its own.
     *
     * @throws IllegalArgumentException if the text is neither an id nor {@code truth}
     */
    public static String nameOf(String id) {
        return id.equals(TRUTH) ? TRUTH : parse(id).model();
    }

    /** The labeler's part of its topic's name, for a model id or {@link #TRUTH}. */
    public static String labelerOf(String modelIdOrTruth) {
        return modelIdOrTruth.equals(TRUTH) ? TRUTH : parse(modelIdOrTruth).labeler();
    }

    @Override
    public String toString() {
        return experiment + "/" + model + "#" + seed + "@" + run;
    }
}
