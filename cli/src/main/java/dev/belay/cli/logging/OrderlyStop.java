package dev.belay.cli.logging;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stops a process in order at SIGTERM or Ctrl-C, and says so in one line. The exit code is the
 * signal's: 143 after SIGTERM, 130 after Ctrl-C.
 */
public final class OrderlyStop {
    private static final long WITHIN_SECONDS = 25;

    private final String name;
    private final Runnable close;
    private final Consumer<String> out;
    private final CountDownLatch ended = new CountDownLatch(1);

    private OrderlyStop(String name, Runnable close, Consumer<String> out) {
        this.name = name;
        this.close = close;
        this.out = out;
    }

    /**
     * Waits for signals from now on.
     *
     * @param close asks the process to end; after it {@link #ended} is waited for
     * @param out gets the line
     */
    public static OrderlyStop install(String name, Runnable close, Consumer<String> out) {
        OrderlyStop stop = new OrderlyStop(name, close, out);
        Runtime.getRuntime().addShutdownHook(new Thread(stop::stop, "stop"));
        return stop;
    }

    /** The process has ended its work, by itself or because it was asked to. */
    public void ended() {
        ended.countDown();
    }

    private void stop() {
        if (ended.getCount() == 0) {
            return; // the JVM ends because the work has
        }
        close.run();
        try {
            out.accept(
                    ended.await(WITHIN_SECONDS, TimeUnit.SECONDS)
                            ? name
                                    + " was stopped by a signal, in order: no work is lost or half done"
                            : name
                                    + " was stopped by a signal and did not end within "
                                    + WITHIN_SECONDS
                                    + " s: the broker rolls back what it had not committed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
