package dev.belay.schemas;

import dev.belay.schemas.events.ModelSpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint whose weights a model starts from, in a spec's {@code init}: {@code
 * experiment/model#seed@run:NUMBER}, or {@code …:last} for the one with which that model finishes;
 * of another experiment's model then a blank and the SHA-256 of the weights.
 *
 * @param number of the checkpoint, or {@link #LAST}
 * @param sha256 (hex) of the weights; empty: whichever that checkpoint has
 */
public record InitialCheckpoint(ModelId model, long number, String sha256) {
    public static final long LAST = 0;

    private static final Pattern FORM =
            Pattern.compile("([^:]+):(?:last|([1-9]\\d{0,17}))(?: ([0-9a-f]{64}))?");

    public InitialCheckpoint {
        if (number < 0) {
            throw new IllegalArgumentException("a checkpoint has no number " + number);
        }
    }

    /**
     * That of a spec; null if it starts from random or pretrained weights.
     *
     * @throws IllegalArgumentException if the spec's {@code init} is not of the form
     */
    public static @Nullable InitialCheckpoint of(ModelSpec spec) {
        String init = spec.getInit();
        return init == null ? null : parse(init);
    }

    /**
     * @throws IllegalArgumentException if the text is not of the form
     */
    public static InitialCheckpoint parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "expected experiment/model#seed@run:NUMBER or …:last, found '" + text + "'");
        }
        return new InitialCheckpoint(
                ModelId.parse(m.group(1)),
                m.group(2) == null ? LAST : Long.parseLong(m.group(2)),
                m.group(3) == null ? "" : m.group(3));
    }

    public boolean isLast() {
        return number == LAST;
    }

    @Override
    public String toString() {
        return model
                + ":"
                + (isLast() ? "last" : "" + number)
                + (sha256.isEmpty() ? "" : " " + sha256);
    }
}
