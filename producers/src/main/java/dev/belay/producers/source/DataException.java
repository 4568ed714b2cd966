package dev.belay.producers.source;

import org.jspecify.annotations.Nullable;

/** A defect of the data. The message is complete and meant for the user. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    private DataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * An error at a line.
     *
     * @param line 1-based; 0 when the error belongs to the whole file
     */
    public static DataException at(
            String file, long line, String found, String expected, String nextStep) {
        return at(file, line, found, expected, nextStep, null);
    }

    public static DataException at(
            String file,
            long line,
            String found,
            String expected,
            String nextStep,
            @Nullable Throwable cause) {
        String where = line > 0 ? file + ", line " + line : file;
        return new DataException(
                where + ": found " + found + "; expected " + expected + ". " + nextStep, cause);
    }
}
