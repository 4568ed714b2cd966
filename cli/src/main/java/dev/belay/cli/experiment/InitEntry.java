package dev.belay.cli.experiment;

import dev.belay.schemas.InitialCheckpoint;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint that a model starts from, as the file names it.
 *
 * @param experiment null: this one
 * @param seed null: the model's own
 * @param number of the checkpoint, or {@link InitialCheckpoint#LAST}
 */
public record InitEntry(
        Place place, @Nullable String experiment, String model, @Nullable Long seed, long number) {
    static final String FORM = "[EXPERIMENT/]MODEL[#SEED]@NUMBER, or @last for its last checkpoint";

    private static final Pattern PATTERN =
            Pattern.compile(
                    "(?:([a-z0-9-]+)/)?([a-z0-9-]+)(?:#(\\d{1,18}))?@(?:last|([1-9]\\d{0,17}))");

    static InitEntry read(YamlValue value) {
        Matcher m = PATTERN.matcher(value.text());
        if (!m.matches()) {
            throw value.wrong(FORM);
        }
        return new InitEntry(
                value.place(),
                m.group(1),
                m.group(2),
                m.group(3) == null ? null : Long.valueOf(m.group(3)),
                m.group(4) == null ? InitialCheckpoint.LAST : Long.parseLong(m.group(4)));
    }

    /** Whether it is a model of the same file. */
    boolean isWithin() {
        return experiment == null;
    }

    /** Seed of the model that a model of this seed starts from. */
    long seedFor(long own) {
        return seed == null ? own : seed;
    }

    @Override
    public String toString() {
        return (experiment == null ? "" : experiment + "/")
                + model
                + (seed == null ? "" : "#" + seed)
                + "@"
                + (number == InitialCheckpoint.LAST ? "last" : "" + number);
    }
}
