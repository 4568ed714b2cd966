package dev.belay.aggregators.comparison;

import dev.belay.schemas.events.Phase;
import org.jspecify.annotations.Nullable;

/**
 * Which checkpoints of student, supervisor and ceiling a table of cells compares. HOLDOUT: one
 * checkpoint of each model. PROGRESSIVE: any checkpoint; the numbers are then {@link #ANY}.
 *
 * @param ceiling null: counted without a ceiling, because there is none or it is not there yet
 * @param window PROGRESSIVE: the window that is counted; null: from the beginning
 */
public record Comparison(
        Phase phase,
        String student,
        long checkpoint,
        String supervisor,
        long supervisorCheckpoint,
        @Nullable String ceiling,
        long ceilingCheckpoint,
        @Nullable Window window) {

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
                null);
    }

    /** The metrics row it is a candidate for: {@code student|checkpoint|phase|window}. */
    public String row() {
        return row(student, checkpoint, phase, window);
    }

    /** The cumulative row of a student's stream. */
    public static String streamOf(String student) {
        return row(student, ANY, Phase.PROGRESSIVE, null);
    }

    /** The key of a metrics row: {@code student|checkpoint|phase|window}. */
    public static String row(
            String student, long checkpoint, Phase phase, @Nullable Window window) {
        return String.join(
                "|",
                student,
                checkpoint == ANY ? "any" : Long.toString(checkpoint),
                phase.name(),
                window == null ? CUMULATIVE : window.toString());
    }

    /** The same with another ceiling, or without. */
    public Comparison with(@Nullable String otherCeiling, long otherCheckpoint) {
        return copy(checkpoint, otherCeiling, otherCheckpoint, window);
    }

    /** The same of another checkpoint of the student. */
    public Comparison at(long otherCheckpoint) {
        return copy(otherCheckpoint, ceiling, ceilingCheckpoint, window);
    }

    /** The same comparison in a window. */
    public Comparison in(@Nullable Window other) {
        return copy(checkpoint, ceiling, ceilingCheckpoint, other);
    }

    private Comparison copy(
            long number, @Nullable String top, long topNumber, @Nullable Window in) {
        return new Comparison(
                phase, student, number, supervisor, supervisorCheckpoint, top, topNumber, in);
    }

    /** Text form, read by {@link #parse}. */
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
                window == null ? CUMULATIVE : window.toString());
    }

    /**
     * Reads what {@link #key} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static Comparison parse(String key) {
        String[] parts = key.split("\\|", -1);
        if (parts.length != 8) {
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
                parts[7].equals(CUMULATIVE) ? null : Window.parse(parts[7]));
    }
}
