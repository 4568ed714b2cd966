package dev.belay.models.loss;

import dev.belay.plugins.Parameter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number that may change during training: {@code 0.5}, or {@code A to B}, which changes linearly
 * from A to B over the budget and then stays B. {@code cosine} at the end: along half a cosine.
 * {@code over N}: over the first N examples; without it an endless model stays at A.
 *
 * @param over examples; 0 = the budget
 */
record Schedule(double from, double to, boolean cosine, long over) {
    private static final Pattern FORM =
            Pattern.compile("(\\S+?)(?:\\s+to\\s+(\\S+?)(?:\\s+over\\s+(\\d+))?(\\s+cosine)?)?");

    /** A parameter that is a schedule between {@code min} and {@code max}, both included. */
    static Parameter parameter(
            String name, double defaultValue, double min, double max, String doc) {
        return new Parameter(
                name,
                Double.toString(defaultValue),
                "a number from %s to %s, or a schedule: A to B [over EXAMPLES] [cosine]"
                        .formatted(min, max),
                text -> {
                    Schedule schedule = of(text.strip());
                    if (!(schedule.from >= min && schedule.from <= max)
                            || !(schedule.to >= min && schedule.to <= max))
                        throw new IllegalArgumentException("not accepted");
                    return schedule.toString();
                },
                doc);
    }

    /**
     * @throws IllegalArgumentException if the text has another form
     */
    static Schedule of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) throw new IllegalArgumentException("no schedule: " + text);
        double from = Double.parseDouble(form.group(1));
        return form.group(2) == null
                ? new Schedule(from, from, false, 0)
                : new Schedule(
                        from,
                        Double.parseDouble(form.group(2)),
                        form.group(4) != null,
                        form.group(3) == null ? 0 : Long.parseLong(form.group(3)));
    }

    /** Its value; A throughout if it changes over the budget and the model has none. */
    double at(Progress progress) {
        double end = over > 0 ? over : (double) progress.budget();
        if (from == to || end == 0) return from;
        double part = Math.min(1, progress.consumed() / end);
        if (cosine) part = 0.5 - 0.5 * StrictMath.cos(Math.PI * part);
        return from + part * (to - from);
    }

    /** The canonical form. */
    @Override
    public String toString() {
        if (from == to) return Double.toString(from);
        return from + " to " + to + (over > 0 ? " over " + over : "") + (cosine ? " cosine" : "");
    }
}
