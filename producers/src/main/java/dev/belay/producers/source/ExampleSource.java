package dev.belay.producers.source;

import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.schemas.TruthDraw;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the examples, holdout and truth of a task are made from. A finite source ends; an endless
 * one never does. The contract of both is in the package documentation.
 */
public interface ExampleSource {
    /** The {@link #total} of a source that never ends. */
    long ENDLESS = -1;

    /** What the user calls it: a path, the name of a builtin, a topic. */
    String name();

    /**
     * SHA-256 (hex) of everything that decides which rows it has and in which split each is. Two
     * sources with different hashes cannot be written to one task.
     */
    String sourceHash();

    /** Rows of the whole source, or {@link #ENDLESS}. */
    long total();

    /** Whether it has single votes of annotators. */
    default boolean hasVotes() {
        return false;
    }

    /**
     * Checks that it is there.
     *
     * @throws DataException when it is not
     */
    default void require() {}

    /** Settings that may give other results than expected, a sentence each. */
    default List<String> warnings() {
        return List.of();
    }

    /** Which STUDENT examples have truth, where truth is a sample of them; null: it is none. */
    default @Nullable TruthDraw truth() {
        return null;
    }

    /**
     * Opens it behind the last committed batch.
     *
     * @param done rows of all committed batches, by this and by earlier processes
     * @throws DataException when the source is not there
     */
    Reader open(long done);

    /** Reads a source once, forwards. Belongs to one thread. */
    interface Reader extends AutoCloseable {
        /**
         * The next rows; an endless source waits for them for a fraction of a second.
         *
         * @param most rows, at least 1
         * @return a batch without rows when there are none now
         * @throws ExpiredOffsetException when records that were not read yet are deleted
         */
        Batch next(int most);

        /** Whether no row will ever follow. */
        boolean ended();

        @Override
        void close();
    }
}
