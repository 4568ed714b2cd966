package dev.belay.it.aggregators;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Aggregator processes that are killed according to a plan and started again. Belongs to one
 * thread.
 */
final class AggregatorFleet implements AutoCloseable {
    private static final long MOST_MS_BETWEEN = 90_000;

    /**
     * How the next one is killed.
     *
     * @param events metrics events that have to come before, since the last kill; 0: it is killed
     *     soon after it was started, whatever it does
     * @param delayMs and so much later; with 0 events: so long after its start
     * @param many how many at the same time
     * @param down whether they are started again only at the next kill
     */
    private record Death(int slot, int events, long delayMs, int many, boolean down) {}

    private final Path folder;
    private final Map<String, String> settings;
    private final List<AggregatorProcess> slots = new ArrayList<>();
    private final List<Integer> down = new ArrayList<>();
    private final Deque<Death> plan = new ArrayDeque<>();
    private int kills;
    private long eventsAtLastKill;
    private long lastKillNs = System.nanoTime();
    private long dueNs;

    /** Starts three at the same time. */
    AggregatorFleet(Path folder, Map<String, String> settings) throws IOException {
        this.folder = folder;
        this.settings = settings;
        for (int i = 0; i < 3; i++) {
            slots.add(begin(i));
        }
    }

    /** Plans so many more kills. */
    void plan(int times, Random random) {
        List<Death> deaths = new ArrayList<>();
        int left = times;
        while (left > 0) {
            int many = Math.min(left, random.nextInt(8) == 0 ? 2 : 1);
            boolean working = deaths.isEmpty() || random.nextInt(4) > 0;
            deaths.add(
                    new Death(
                            random.nextInt(slots.size()),
                            working ? 1 + random.nextInt(60) : 0,
                            random.nextInt(working ? 400 : 6_000),
                            many,
                            random.nextInt(5) == 0));
            left -= many;
        }
        Collections.shuffle(deaths, random);
        plan.addAll(deaths);
    }

    /**
     * Kills if it is time; all others have to be alive.
     *
     * @param events of metrics so far
     * @return whether there is more to come
     */
    boolean tend(long events) throws Exception {
        for (int i = 0; i < slots.size(); i++) {
            if (!down.contains(i)) {
                slots.get(i).assertAlive();
            }
        }
        Death next = plan.peek();
        if (next == null) {
            return false;
        }
        long now = System.nanoTime();
        if (now - lastKillNs > MOST_MS_BETWEEN * 1_000_000) {
            throw new AssertionError(
                    "no occasion for " + next + "; " + slots.get(next.slot()).lastWords());
        }
        if (next.events() > 0) {
            if (events - eventsAtLastKill >= next.events() && dueNs == 0) {
                dueNs = now + next.delayMs() * 1_000_000;
            }
            if (dueNs == 0 || now < dueNs) {
                return true;
            }
        } else if (slots.get(next.slot()).livedMs() < next.delayMs()) {
            return true;
        }
        plan.remove();
        List<Integer> wasDown = List.copyOf(down);
        down.clear();
        for (int i : wasDown) {
            slots.set(i, begin(i));
        }
        for (int i = 0; i < next.many(); i++) {
            kill((next.slot() + i) % slots.size(), next.down());
        }
        eventsAtLastKill = events;
        lastKillNs = System.nanoTime();
        dueNs = 0;
        return true;
    }

    /** SIGKILL, and a start at once unless it is to stay down. */
    void kill(int slot, boolean staysDown) throws Exception {
        slots.get(slot).kill();
        kills++;
        if (staysDown) {
            down.add(slot);
        } else {
            slots.set(slot, begin(slot));
        }
    }

    /** All that are down are started again. */
    void allUp() throws IOException {
        for (int i : down) {
            slots.set(i, begin(i));
        }
        down.clear();
    }

    int kills() {
        return kills;
    }

    /** How long ago the last kill was. */
    long sinceLastKillMs() {
        return (System.nanoTime() - lastKillNs) / 1_000_000;
    }

    /** The last words of all. */
    String lastWords() {
        List<String> words = new ArrayList<>();
        slots.forEach(slot -> words.add(slot.lastWords()));
        return String.join("\n\n", words);
    }

    private AggregatorProcess begin(int slot) throws IOException {
        return AggregatorProcess.start(folder, "abc".substring(slot, slot + 1), settings);
    }

    @Override
    public void close() {
        slots.forEach(AggregatorProcess::close);
    }
}
