package dev.belay.benchmarks.harness;

import java.io.IOException;

/** What a run leaves to the next one, which should not pay for it. */
public final class CacheClearing {
    private CacheClearing() {}

    /**
     * Has the system write to disk what was written before. Garbage is left: a heap that was
     * collected has shrunk, and takes several full collections to grow again.
     */
    public static void clear() {
        try {
            new ProcessBuilder("sync").start().waitFor();
        } catch (IOException e) {
            System.getLogger(CacheClearing.class.getName())
                    .log(System.Logger.Level.DEBUG, "no command sync: rounds differ more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the disk", e);
        }
    }
}
