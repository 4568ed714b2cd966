package dev.belay.cli.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT (Ctrl-C) and SIGTERM as the orderly end of a run that has no other: the JVM waits until
 * the run has ended and then exits with the run's code.
 */
final class StopSignal {
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop");
    private volatile int code = 1;

    /** Waits for signals from now on. */
    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Whether there was a signal.
     *
     * @param within waits for one so long
     */
    boolean isStopped(long within, TimeUnit unit) {
        try {
            return stopped.await(within, unit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /**
     * The run has ended.
     *
     * @param exitCode of the JVM, if it was a signal that ended the run
     */
    void ended(int exitCode) {
        code = exitCode;
        ended.countDown();
        if (stopped.getCount() > 0) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private void stop() {
        stopped.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // a JVM that a signal ends has the signal's exit code, whatever System.exit is given
        Runtime.getRuntime().halt(code);
    }
}
