package dev.belay.producers.task;

/**
 * How a task's data are written.
 *
 * @param task the task's name
 * @param rowsPerTransaction at most, at least 1; a transaction may have fewer
 * @param rowsPerSecond at most about this many, for demonstrations; 0 = as fast as possible
 */
public record ProducerConfig(String task, int rowsPerTransaction, double rowsPerSecond) {
    /** Of a paced producer; an unpaced one's transactions end by time. */
    private static final int MOST_PACED = 500;

    public ProducerConfig {
        if (rowsPerTransaction < 1) {
            throw new IllegalArgumentException(
                    "rowsPerTransaction must be at least 1, found " + rowsPerTransaction);
        }
        if (!(rowsPerSecond >= 0)) {
            throw new IllegalArgumentException(
                    "rows-per-second must not be negative, found " + rowsPerSecond);
        }
    }

    /** As fast as possible. */
    public static ProducerConfig of(String task) {
        return new ProducerConfig(task, Integer.MAX_VALUE, 0);
    }

    /** Paced: transactions of at most half a second's rows, so that they arrive as a stream. */
    public static ProducerConfig paced(String task, double rowsPerSecond) {
        return new ProducerConfig(
                task, (int) Math.max(1, Math.min(MOST_PACED, rowsPerSecond / 2)), rowsPerSecond);
    }

    /** The writer in {@code Progress}; with the prefix of topics also the transactional id. */
    public String writer() {
        return task + ".producer";
    }
}
