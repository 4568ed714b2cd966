package dev.belay.benchmarks.harness;

import dev.belay.runtime.service.ServiceGroup;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting while services run. */
public final class Waiting {
    private static final Duration ASK_EVERY = Duration.ofMillis(1);
    private static final Duration AT_MOST = Duration.ofMinutes(10);

    private Waiting() {}

    /**
     * Waits for a condition.
     *
     * @return when it was met, {@link System#nanoTime}
     * @throws IllegalStateException if a service fails, or it is not met within ten minutes
     */
    public static long until(BooleanSupplier met, ServiceGroup services, String what) {
        long begin = System.nanoTime();
        while (!met.getAsBoolean()) {
            check(services, begin, AT_MOST, what);
            LockSupport.parkNanos(ASK_EVERY.toNanos());
        }
        return System.nanoTime();
    }

    /** Waits a little; throws as {@link #check}. */
    public static void pause(ServiceGroup services, long since, Duration atMost, String what) {
        check(services, since, atMost, what);
        LockSupport.parkNanos(ASK_EVERY.toNanos());
    }

    /** Throws if a service has failed. */
    public static void check(ServiceGroup services) {
        Throwable failure = services.failure();
        if (failure != null) throw new IllegalStateException("a service failed", failure);
    }

    /** Throws if a service has failed, or has trouble, or this has lasted too long. */
    public static void check(ServiceGroup services, long since, Duration atMost, String what) {
        Throwable failure = services.failure();
        if (failure != null)
            throw new IllegalStateException("a service failed while waiting for " + what, failure);
        if (System.nanoTime() - since < atMost.toNanos()) return;
        throw new IllegalStateException(
                "waited "
                        + atMost.toSeconds()
                        + " s for "
                        + what
                        + "; the services say: "
                        + services.services().stream()
                                .flatMap(s -> s.troubles().stream())
                                .toList());
    }
}
