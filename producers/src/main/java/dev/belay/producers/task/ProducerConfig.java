package dev.belay.producers.task;

/**
 * How a task's data are written.
 *
 * @param task the task's name
 * @param rowsPerTransaction at least 1
 * @param rowsPerSecond at most about this many, for demonstrations; 0 = as fast as possible
 */
public record ProducerConfig(String task, int rowsPerTransaction, double rowsPerSecond) {
    private static final int DEFAULT_ROWS_PER_TRANSACTION = 1_000;

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
        return new ProducerConfig(task, DEFAULT_ROWS_PER_TRANSACTION, 0);
    }

    /** Paced: transactions of half a second's rows, so that they arrive as a stream. */
    public static ProducerConfig paced(String task, double rowsPerSecond) {
        return new ProducerConfig(
                task,
                (int) Math.max(1, Math.min(DEFAULT_ROWS_PER_TRANSACTION, rowsPerSecond / 2)),
                rowsPerSecond);
    }

    /** The transactional id, and the writer in {@code Progress}. */
    public String writer() {
        return task + ".producer";
    }
}
