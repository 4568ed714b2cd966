package dev.belay.trainers.status;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that can't be trained now, and when each is tried again: after a second, then twice as
 * long each time, up to half a minute. {@link #told} may be called by any thread, the rest belongs
 * to one.
 */
public final class RetrySchedule {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /**
     * @param times in a row that it went wrong
     * @param resting false once it was taken up again, which may go wrong again
     */
    private record Trouble(String reason, int times, long againNs, boolean resting) {}

    private final Map<String, Trouble> byModel = new ConcurrentHashMap<>();

    /**
     * What went wrong, with what caused it: a store says which file, its cause that the disk is
     * full.
     */
    public static String reason(Throwable why) {
        StringBuilder reason = new StringBuilder(why.toString());
        for (Throwable cause = why.getCause(); cause != null; cause = cause.getCause()) {
            reason.append("; caused by ").append(cause);
        }
        return reason.toString();
    }

    /** The model can't go on; returns when it is tried again. */
    public Duration add(String model, String reason, long nowNs) {
        Trouble before = byModel.get(model);
        int times = before == null ? 1 : before.times() + 1;
        Duration rest = FIRST.multipliedBy(1L << Math.min(times - 1, 10));
        rest = rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
        byModel.put(model, new Trouble(reason, times, nowNs + rest.toNanos(), true));
        return rest;
    }

    /** Whether the model must not be taken up yet. */
    public boolean resting(String model, long nowNs) {
        Trouble trouble = byModel.get(model);
        return trouble != null && nowNs - trouble.againNs() < 0;
    }

    /** The model was taken up; whether that helps is not known yet. */
    public void takenUp(String model) {
        byModel.computeIfPresent(
                model, (id, t) -> new Trouble(t.reason(), t.times(), t.againNs(), false));
    }

    /** The model has done its work. */
    public void over(String model) {
        byModel.remove(model);
    }

    /** Forgets models that are others' to train. */
    public void keepOnly(Set<String> models) {
        byModel.keySet().retainAll(models);
    }

    /** The models that rest, each with its reason. */
    public List<String> told() {
        return new TreeMap<>(byModel)
                .entrySet().stream()
                        .filter(e -> e.getValue().resting())
                        .map(e -> e.getKey() + ": " + e.getValue().reason())
                        .toList();
    }
}
