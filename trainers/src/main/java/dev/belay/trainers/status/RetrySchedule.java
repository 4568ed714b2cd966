package dev.belay.trainers.status;

import dev.belay.runtime.topics.AccessDeniedException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Models that have failed, and when each is retried: after a second, then with doubled delays up to
 * half a minute. {@link #failures} may be called by any thread, the other methods by one.
 */
public final class RetrySchedule {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /**
     * @param times consecutive failures
     * @param waiting false once the model was resumed
     */
    private record Failure(String reason, int times, long againNs, boolean waiting) {}

    private final Map<String, Failure> byModel = new ConcurrentHashMap<>();

    /**
     * An exception with all its causes: for example a store names the file, its cause a full disk.
     */
    public static String reason(Throwable why) {
        AccessDeniedException denied = AccessDeniedException.in(why);
        if (denied != null) {
            return String.valueOf(denied.getMessage());
        }
        StringBuilder reason = new StringBuilder(why.toString());
        for (Throwable cause = why.getCause(); cause != null; cause = cause.getCause()) {
            reason.append("; caused by ").append(cause);
        }
        return reason.toString();
    }

    /** Records a failure of the model; returns the delay before it is retried. */
    public Duration add(String model, String reason, long nowNs) {
        Failure before = byModel.get(model);
        int times = before == null ? 1 : before.times() + 1;
        Duration delay = FIRST.multipliedBy(1L << Math.min(times - 1, 10));
        delay = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
        byModel.put(model, new Failure(reason, times, nowNs + delay.toNanos(), true));
        return delay;
    }

    /** Whether the model must not be resumed yet. */
    public boolean isWaiting(String model, long nowNs) {
        Failure failure = byModel.get(model);
        return failure != null && nowNs - failure.againNs() < 0;
    }

    /** The model was resumed; its count of failures is kept until it commits. */
    public void resumed(String model) {
        byModel.computeIfPresent(
                model, (id, t) -> new Failure(t.reason(), t.times(), t.againNs(), false));
    }

    /** The model has committed a micro-epoch or ended: its failures are cleared. */
    public void clear(String model) {
        byModel.remove(model);
    }

    /** Removes models that this process no longer owns. */
    public void keepOnly(Set<String> models) {
        byModel.keySet().retainAll(models);
    }

    /** The last failure of a model that has not committed anything since; null if there is none. */
    public @Nullable String reasonOf(String model) {
        Failure failure = byModel.get(model);
        return failure == null ? null : failure.reason();
    }

    /** The models that wait for a retry, with the reasons. */
    public Map<String, String> failures() {
        Map<String, String> waiting = new TreeMap<>();
        byModel.forEach(
                (model, failure) -> {
                    if (failure.waiting()) {
                        waiting.put(model, failure.reason());
                    }
                });
        return waiting;
    }
}
