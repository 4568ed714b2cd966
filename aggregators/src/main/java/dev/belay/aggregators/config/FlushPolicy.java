package dev.belay.aggregators.config;

/**
 * When what has been counted is sent on and committed. What is sent can be read only once it is
 * committed, and a commit holds up the thread that counts for some 20 ms: so while all that comes
 * is new it is done soon, and while a backlog is worked off, of which nobody waits for the next
 * row, seldom.
 *
 * <p>All shards send at the same times, multiples of the interval by the clock: so a thread commits
 * for all of its shards at once, and the parts of a row come together.
 *
 * <p>A record whose timestamp is more than a second old is of a backlog. Where nothing has come
 * since it was last asked there is none, whatever the timestamps are.
 */
public final class FlushPolicy {
    private static final long OLD_MS = 1_000;
    private static final long LIVE_EVERY_MS = 50;
    private static final long BACKLOG_EVERY_MS = 500;

    private long newestMs = Long.MIN_VALUE;
    private boolean heard;
    private long lastMs = Long.MIN_VALUE;

    /** A record has come. */
    public void hear(long timestampMs) {
        heard = true;
        newestMs = Math.max(newestMs, timestampMs);
    }

    /** Whether it is time; asked every few milliseconds. */
    public boolean isDue(long nowMs) {
        boolean backlog = heard && newestMs < nowMs - OLD_MS;
        heard = false;
        newestMs = Long.MIN_VALUE;
        long everyMs = backlog ? BACKLOG_EVERY_MS : LIVE_EVERY_MS;
        return Math.floorDiv(nowMs, everyMs) > Math.floorDiv(lastMs, everyMs);
    }

    /** Something was sent. */
    public void sent(long nowMs) {
        lastMs = nowMs;
    }
}
