package dev.belay.aggregators.config;

/**
 * Flush policy of a shard. A flush forwards changed counts and requests a commit, which blocks the
 * stream thread for about 20 ms. Caught up, a shard flushes every {@code sweepFlush}; while it
 * processes a backlog it flushes less often, because nobody waits for intermediate rows.
 *
 * <p>All shards flush at the same times, multiples of the interval in wall-clock time. So a thread
 * commits once for all of its shards, and the parts of a row arrive together.
 *
 * <p>A record whose timestamp is more than five seconds old belongs to a backlog: timestamps are
 * event times, and a prediction is made a second or two after its example. If no record was
 * received since the last check there is no backlog, whatever the timestamps.
 */
public final class FlushPolicy {
    private static final long OLD_MS = 5_000;
    private static final long LIVE_EVERY_MS = 50;
    private static final long BACKLOG_EVERY_MS = 500;

    private long newestMs = Long.MIN_VALUE;
    private boolean received;
    private long lastMs = Long.MIN_VALUE;

    /** Registers a received record. */
    public void register(long timestampMs) {
        received = true;
        newestMs = Math.max(newestMs, timestampMs);
    }

    /** Whether to flush now; called every few milliseconds. */
    public boolean isDue(long nowMs) {
        boolean backlog = received && newestMs < nowMs - OLD_MS;
        received = false;
        newestMs = Long.MIN_VALUE;
        long everyMs = backlog ? BACKLOG_EVERY_MS : LIVE_EVERY_MS;
        return Math.floorDiv(nowMs, everyMs) > Math.floorDiv(lastMs, everyMs);
    }

    /** Registers a flush. */
    public void sent(long nowMs) {
        lastMs = nowMs;
    }
}
