package dev.belay.schemas;

import java.util.regex.Pattern;

/** The one rule for names of experiments, tasks and models: {@code [a-z0-9-]+}. */
public final class Names {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]+");

    private Names() {}

    /**
     * Returns the name as it is.
     *
     * @param what what it names, for the error
     * @throws IllegalArgumentException when it is not of the form
     */
    public static String require(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " must match [a-z0-9-]+, found '" + name + "'");
        }
        return name;
    }
}
