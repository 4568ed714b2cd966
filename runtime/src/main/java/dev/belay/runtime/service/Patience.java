package dev.belay.runtime.service;

import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waiting for what is not there yet: each thing is asked for once a second, said once in the log,
 * and counts against being ready. {@link #close} and the questions may be called from any thread,
 * the rest belongs to one.
 */
public final class Patience {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /**
     * @param failed whether the work itself failed, so that a check can't tell that it is over
     */
    private record Missing(String problem, boolean failed, long nextTryNs) {}

    private final String who;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Missing> missing = new ConcurrentHashMap<>();
    private volatile boolean content = true;

    /**
     * @param who waits, for the log
     */
    public Patience(String who) {
        this.who = who;
    }

    /**
     * Asks whether something can begin, unless it was asked in the last second. After {@link
     * #blame} it still counts as missing when the check passes, until {@link #forget}.
     *
     * @param check why not, or null when it can
     * @return whether it can
     */
    public boolean passes(String what, Supplier<@Nullable String> check) {
        Missing before = missing.get(what);
        if (before != null && System.nanoTime() < before.nextTryNs()) {
            return false;
        }
        String problem = check.get();
        if (problem != null) {
            miss(what, problem, false);
        } else if (before == null || !before.failed()) {
            forget(what);
        }
        return problem == null;
    }

    /** Says why work that had begun failed; it is asked again in a second. */
    public void blame(String what, String problem) {
        miss(what, problem, true);
    }

    private void miss(String what, String problem, boolean failed) {
        Missing before = missing.get(what);
        if (before == null || !before.problem().equals(problem)) {
            LOG.warn("{} waits for {}: {}", who, what, problem);
        }
        missing.put(what, new Missing(problem, failed, System.nanoTime() + BETWEEN.toNanos()));
        content = false;
    }

    /** Something is there, or is no longer wanted. */
    public void forget(String what) {
        if (missing.remove(what) != null) {
            LOG.info("{} goes on with {}", who, what);
        }
        content = missing.isEmpty();
    }

    /** Waits until {@link #passes} or closed; returns whether it passed. */
    public boolean await(String what, Supplier<@Nullable String> check) {
        while (!isClosed()) {
            if (passes(what, check)) {
                return true;
            }
            rest(BETWEEN);
        }
        return false;
    }

    /**
     * Waits until the topics that every service needs are there, or closed; returns whether they
     * are.
     */
    public boolean awaitInstallation(TopicCheck check, Topics topics) {
        List<String> needed =
                List.of(
                        topics.models(),
                        topics.labelers(),
                        topics.checkpoints(),
                        topics.deadLetters());
        return await("the installation's topics", () -> check.problem(needed, TopicCheck.ANY));
    }

    /** Waits so long, or until closed. */
    public void rest(Duration atMost) {
        try {
            if (closed.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown(); // whoever interrupts a service wants it to end
        }
    }

    /** What is waited for, each with the reason; any thread may ask. */
    public List<String> problems() {
        return missing.entrySet().stream()
                .map(e -> e.getKey() + ": " + e.getValue().problem())
                .sorted()
                .toList();
    }

    /** Whether nothing is waited for. */
    public boolean isContent() {
        return content;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends all waiting. */
    public void close() {
        closed.countDown();
    }
}
