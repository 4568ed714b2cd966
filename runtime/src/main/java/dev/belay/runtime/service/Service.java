package dev.belay.runtime.service;

import java.util.List;

/** Something that runs until it is closed. */
public interface Service extends AutoCloseable {
    /** For logs, threads and the health endpoint. */
    String name();

    /**
     * Runs until {@link #close} is called from another thread; then finishes or rolls back the work
     * in flight and returns.
     *
     * @throws Exception if it can't continue; work in flight is rolled back
     */
    void run() throws Exception;

    /** Whether it does its work; a problem of one task does not count. For any thread. */
    boolean ready();

    /**
     * What it does for each task, with the problems of those that don't run; for any thread. Models
     * that are finished are left out.
     */
    default List<Participant> participants() {
        return List.of();
    }

    /**
     * What it can't do now and retries, each with its reason, while it continues with the rest;
     * empty if there is nothing. For any thread.
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
