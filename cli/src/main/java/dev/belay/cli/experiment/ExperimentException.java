package dev.belay.cli.experiment;

import org.jspecify.annotations.Nullable;

/** Something is wrong with an experiment; the message is complete and meant for the user. */
public final class ExperimentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String text;

    ExperimentException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.text = message;
    }

    /** Where, what was found, what was expected. */
    @Override
    public String getMessage() {
        return text;
    }

    static ExperimentException at(Place place, String problem) {
        return new ExperimentException(place + ": " + problem, null);
    }

    static ExperimentException at(Place place, String found, String expected) {
        return at(place, "found " + found + "; expected " + expected);
    }
}
