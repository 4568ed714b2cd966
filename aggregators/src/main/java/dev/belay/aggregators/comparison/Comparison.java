package dev.belay.aggregators.comparison;

import dev.belay.schemas.events.Phase;
import org.jspecify.annotations.Nullable;

/**
 * What a table of cells is about. HOLDOUT: one checkpoint of each model. PROGRESSIVE: whatever
 * checkpoint predicted; the numbers are then {@link #ANY}.
 *
 * @param ceiling null: counted without a ceiling, because there is none or it is not there yet
 */
public record Comparison(
        Phase phase,
        String student,
        long checkpoint,
        String supervisor,
        long supervisorCheckpoint,
        @Nullable String ceiling,
        long ceilingCheckpoint) {

    /** In place of a checkpoint's number: whichever predicted. */
    public static final long ANY = -1;

    private static final String NONE = "-";

    /** The metrics row it is a candidate for: {@code student|checkpoint|phase}. */
    public String row() {
        return student + "|" + (checkpoint == ANY ? "any" : checkpoint) + "|" + phase;
    }

    /** All of it as text; {@link #parse} reads it. */
    public String key() {
        return String.join(
                "|",
                phase.name(),
                student,
                Long.toString(checkpoint),
                supervisor,
                Long.toString(supervisorCheckpoint),
                ceiling == null ? NONE : ceiling,
                Long.toString(ceilingCheckpoint));
    }

    /**
     * Reads what {@link #key} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static Comparison parse(String key) {
        String[] parts = key.split("\\|", -1);
        if (parts.length != 7) {
            throw new IllegalArgumentException("not the key of a comparison: " + key);
        }
        return new Comparison(
                Phase.valueOf(parts[0]),
                parts[1],
                Long.parseLong(parts[2]),
                parts[3],
                Long.parseLong(parts[4]),
                parts[5].equals(NONE) ? null : parts[5],
                Long.parseLong(parts[6]));
    }
}
