package dev.belay.aggregators.comparison;

import dev.belay.schemas.events.Phase;
import org.jspecify.annotations.Nullable;

/**
 * Which checkpoints of student, supervisor and ceiling a table of cells compares. HOLDOUT: one
 * checkpoint of each model. PROGRESSIVE: any checkpoint; the numbers are then {@link #ANY}.
 *
 * @param ceiling null: counted without a ceiling, because there is none or it is not there yet
 * @param window PROGRESSIVE: the window that is counted; null: from the beginning
 * @param slice the tag, {@code name=value}, whose examples alone are counted; null: all. Windows
 *     have no slices
 */
public record Comparison(
        Phase phase,
        String student,
        long checkpoint,
        String supervisor,
        long supervisorCheckpoint,
        @Nullable String ceiling,
        long ceilingCheckpoint,
        @Nullable Window window,
        @Nullable String slice) {

    /** In place of a checkpoint's number: any. */
    public static final long ANY = -1;

    /** The window part of keys of cumulative counts. */
    private static final String CUMULATIVE = "cumulative";

    private static final String NONE = "-";

    /** A cumulative comparison. */
    public Comparison(
            Phase phase,
            String student,
            long checkpoint,
            String supervisor,
            long supervisorCheckpoint,
            @Nullable String ceiling,
            long ceilingCheckpoint) {
        this(
                phase,
                student,
                checkpoint,
                supervisor,
                supervisorCheckpoint,
                ceiling,
                ceilingCheckpoint,
                null,
                null);
    }

    /** The metrics row it is a candidate for: {@code student|checkpoint|phase|window[|slice]}. */
    public String row() {
        return row(student, checkpoint, phase, window, slice);
    }

    /** The cumulative row of a student's stream. */
    public static String streamOf(String student) {
        return row(student, ANY, Phase.PROGRESSIVE, null, null);
    }

    /**
     * The key of a metrics row: {@code student|checkpoint|phase|window}, of a slice {@code |slice}
     * too.
     */
    public static String row(
            String student,
            long checkpoint,
            Phase phase,
            @Nullable Window window,
            @Nullable String slice) {
        return String.join(
                        "|",
                        student,
                        checkpoint == ANY ? "any" : Long.toString(checkpoint),
                        phase.name(),
                        window == null ? CUMULATIVE : window.toString())
                + suffix(slice);
    }

    private static String suffix(@Nullable String slice) {
        return slice == null ? "" : "|" + slice.replace("%", "%25").replace("|", "%7C");
    }

    /** The same with another ceiling, or without. */
    public Comparison with(@Nullable String otherCeiling, long otherCheckpoint) {
        return copy(checkpoint, otherCeiling, otherCheckpoint, window, slice);
    }

    /** The same of another checkpoint of the student. */
    public Comparison at(long otherCheckpoint) {
        return copy(otherCheckpoint, ceiling, ceilingCheckpoint, window, slice);
    }

    /** The same comparison in a window. */
    public Comparison in(@Nullable Window other) {
        return copy(checkpoint, ceiling, ceilingCheckpoint, other, null);
    }

    /** The same comparison, cumulative, of a slice. */
    public Comparison of(String part) {
        return copy(checkpoint, ceiling, ceilingCheckpoint, null, part);
    }

    /** The same comparison, cumulative, of all examples. */
    public Comparison whole() {
        return in(null);
    }

    private Comparison copy(
            long number,
            @Nullable String top,
            long topNumber,
            @Nullable Window in,
            @Nullable String of) {
        return new Comparison(
                phase, student, number, supervisor, supervisorCheckpoint, top, topNumber, in, of);
    }

    /** Text form, read by {@link #parse}: 8 parts, of a slice 9. */
    public String key() {
        return String.join(
                        "|",
                        phase.name(),
                        student,
                        Long.toString(checkpoint),
                        supervisor,
                        Long.toString(supervisorCheckpoint),
                        ceiling == null ? NONE : ceiling,
                        Long.toString(ceilingCheckpoint),
                        window == null ? CUMULATIVE : window.toString())
                + suffix(slice);
    }

    /**
     * Reads what {@link #key} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static Comparison parse(String key) {
        String[] parts = key.split("\\|", -1);
        if (parts.length != 8 && parts.length != 9) {
            throw new IllegalArgumentException("not the key of a comparison: " + key);
        }
        return new Comparison(
                Phase.valueOf(parts[0]),
                parts[1],
                Long.parseLong(parts[2]),
                parts[3],
                Long.parseLong(parts[4]),
                parts[5].equals(NONE) ? null : parts[5],
                Long.parseLong(parts[6]),
                parts[7].equals(CUMULATIVE) ? null : Window.parse(parts[7]),
                parts.length == 8 ? null : parts[8].replace("%7C", "|").replace("%25", "%"));
    }
}
