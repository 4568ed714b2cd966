package dev.belay.runtime.service;

import java.util.List;

/** Something that runs until it is closed. */
public interface Service extends AutoCloseable {
    /** For logs, threads and the health endpoint. */
    String name();

    /**
     * Runs until {@link #close} is called from another thread; then finishes or rolls back the work
     * in hand and returns.
     *
     * @throws Exception what it can't go on from; work in hand is rolled back
     */
    void run() throws Exception;

    /** Whether it does its work now; any thread may ask. */
    boolean ready();

    /**
     * What it can't do now, each with its reason, while it goes on with all else and tries again;
     * empty when all is well. Any thread may ask.
     */
    default List<String> troubles() {
        return List.of();
    }

    /** What it serves over HTTP; asked once, before {@link #run} or while it runs. */
    default List<Route> routes() {
        return List.of();
    }

    /** Asks {@link #run} to return; does not wait. Any thread may call it, repeatedly. */
    @Override
    void close();
}
