package dev.belay.labelers.records;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread on which a service computes predictions, one task after the other. */
public final class ComputeThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ComputeThread.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

    private final String name;
    private final ExecutorService executor;

    /**
     * @param service its name
     */
    public ComputeThread(String service) {
        this.name = service + "-compute";
        this.executor =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, name);
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    /** Waits for running tasks, within limits: nothing they compute is committed any more. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} still computes after {}, its result is not used", name, CLOSE_WITHIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
