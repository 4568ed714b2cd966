package dev.belay.runtime.service;

import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for prerequisites that are missing. Each is checked at most once a second and is logged
 * once. One of the whole service keeps it from being ready; one of a task is a problem of that task
 * only. {@link #close} and the queries may be called from any thread, all else belongs to one.
 */
public final class Prerequisites {
    private static final Logger LOG = LoggerFactory.getLogger(Prerequisites.class);
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /**
     * @param task null for one of the whole service
     * @param failed whether the work itself failed, so that no check can show that it would succeed
     *     now
     */
    private record Missing(@Nullable String task, String problem, boolean failed, long nextTryNs) {}

    private final String who;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Missing> missing = new ConcurrentHashMap<>();
    private volatile boolean content = true;

    /**
     * @param who waits, for the log
     */
    public Prerequisites(String who) {
        this.who = who;
    }

    /**
     * Checks whether some work can begin, unless that was checked in the last second. After {@link
     * #blame} it counts as missing, even if the check passes, until {@link #forget}.
     *
     * @param task whose work it is; null for that of the whole service
     * @param check returns the reason why not, or null
     * @return whether it can begin
     */
    public boolean passes(@Nullable String task, String what, Supplier<@Nullable String> check) {
        Missing before = missing.get(what);
        if (before != null && System.nanoTime() < before.nextTryNs()) {
            return false;
        }
        String problem = check.get();
        if (problem != null) {
            miss(task, what, problem, false);
        } else if (before == null || !before.failed()) {
            forget(what);
        }
        return problem == null;
    }

    /**
     * Records why work that had begun failed; it is retried after a second.
     *
     * @param task as in {@link #passes}
     */
    public void blame(@Nullable String task, String what, String problem) {
        miss(task, what, problem, true);
    }

    private void miss(@Nullable String task, String what, String problem, boolean failed) {
        Missing before = missing.get(what);
        if (before == null || !before.problem().equals(problem)) {
            LOG.warn("{} waits for {}: {}", who, what, problem);
        }
        missing.put(
                what, new Missing(task, problem, failed, System.nanoTime() + BETWEEN.toNanos()));
        lookAgain();
    }

    /** Removes a prerequisite that is met or no longer needed. */
    public void forget(String what) {
        if (missing.remove(what) != null) {
            LOG.info("{} continues with {}", who, what);
        }
        lookAgain();
    }

    private void lookAgain() {
        content = missing.values().stream().allMatch(m -> m.task() != null);
    }

    /**
     * Waits until a prerequisite of the whole service is there, or closed; returns whether it is.
     */
    public boolean await(String what, Supplier<@Nullable String> check) {
        while (!isClosed()) {
            if (passes(null, what, check)) {
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

    /** Waits for this time, or until closed. */
    public void rest(Duration atMost) {
        try {
            if (closed.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown(); // an interrupted service is to end
        }
    }

    /** Missing prerequisites, each with its reason; for any thread. */
    public List<String> problems() {
        return missing.entrySet().stream()
                .map(e -> e.getKey() + ": " + e.getValue().problem())
                .sorted()
                .toList();
    }

    /** The missing prerequisites of tasks; for any thread. */
    public List<Participant> participants() {
        List<Participant> waiting = new ArrayList<>();
        new TreeMap<>(missing)
                .forEach(
                        (what, m) -> {
                            if (m.task() != null) {
                                waiting.add(new Participant(m.task(), what, m.problem()));
                            }
                        });
        return waiting;
    }

    /** Whether this one is missing. */
    public boolean isMissing(String what) {
        return missing.containsKey(what);
    }

    /** Whether no prerequisite of the whole service is missing. */
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
