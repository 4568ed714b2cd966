package dev.belay.schemas;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The one rule for names of experiments, tasks and models: {@code [a-z0-9-]+}, at most {@value
 * #MOST_CHARS} characters, so that the names of topics fit into Kafka's 249.
 */
public final class Names {
    /** Length a name may have. */
    public static final int MOST_CHARS = 64;

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]+");

    private Names() {}

    /**
     * Returns the name as it is.
     *
     * @param what what it names, for the error
     * @throws IllegalArgumentException when it is not of the form, or too long
     */
    public static String require(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            String fitting = suggestion(name);
            throw new IllegalArgumentException(
                    what
                            + " must match [a-z0-9-]+, found '"
                            + name
                            + "'"
                            + (fitting.isEmpty() ? "" : "; name it '" + fitting + "'"));
        }
        if (name.length() > MOST_CHARS) {
            throw new IllegalArgumentException(
                    "%s must have at most %d characters, found %d: '%s…'"
                            .formatted(
                                    what,
                                    MOST_CHARS,
                                    name.length(),
                                    name.substring(0, MOST_CHARS)));
        }
        return name;
    }

    /** The nearest name that is valid: lower-case, anything else a dash; empty where none is. */
    private static String suggestion(String name) {
        String dashed =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return dashed.length() > MOST_CHARS ? "" : dashed;
    }
}
