package dev.belay.runtime.service;

import dev.belay.runtime.topics.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs services, each on its own thread. The first failure is kept ({@link #failure}) and ends
 * {@link #await}; {@link #close} stops all of them and waits.
 */
public final class ServiceGroup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceGroup.class);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

    private final List<Service> services;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);

    private ServiceGroup(List<Service> services) {
        this.services = services;
    }

    /** Starts all of them. */
    public static ServiceGroup start(List<? extends Service> services) {
        ServiceGroup group = new ServiceGroup(List.copyOf(services));
        for (Service service : group.services) {
            Thread thread = new Thread(() -> group.run(service), service.name());
            group.threads.add(thread);
            thread.start();
        }
        return group;
    }

    public List<Service> services() {
        return services;
    }

    /** Failure of the first service that failed, or null. */
    public @Nullable Throwable failure() {
        return failure.get();
    }

    /** Waits until a service fails or {@link #close} was called. */
    public void await() throws InterruptedException {
        over.await();
    }

    @Override
    public void close() {
        over.countDown();
        for (Service service : services) {
            service.close();
        }
        long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
        for (Thread thread : threads) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (thread.isAlive()) {
                LOG.warn("{} did not stop within {}", thread.getName(), STOP_WITHIN);
            }
        }
    }

    private void run(Service service) {
        try {
            service.run();
        } catch (Throwable e) { // reported by failure(); a thread must not die unseen
            AccessDeniedException denied = AccessDeniedException.in(e);
            if (denied == null) {
                LOG.error("{} failed", service.name(), e);
            } else {
                LOG.error("{} stops: {}", service.name(), denied.getMessage());
            }
            if (failure.compareAndSet(null, e)) {
                over.countDown();
            }
        }
    }
}
