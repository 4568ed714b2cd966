package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Two trainer processes that are killed according to a plan and started again at once. When the
 * models run out before the plan does, a user adds more of them. Belongs to one thread.
 */
final class Fleet implements AutoCloseable {
    private static final Duration AT_MOST_WITHOUT_A_KILL = Duration.ofMinutes(3);
    private static final Duration TELL_EVERY = Duration.ofSeconds(10);

    /**
     * How one life ends.
     *
     * @param harm done to itself, or NONE
     * @param commits else it is killed after that many of them, 0: whatever it does
     * @param delayMs and so much later
     */
    private record Death(Harm harm, int commits, int delayMs) {}

    private final class Slot {
        private final String name;
        private @Nullable Death death;
        private TrainerProcess process;
        private long bornMs;
        private long dueMs;

        Slot(String name) throws IOException {
            this.name = name;
            this.process = begin();
        }

        private TrainerProcess begin() throws IOException {
            death = deaths.poll();
            bornMs = System.currentTimeMillis();
            dueMs = 0;
            process = world.trainer(name, death == null ? Harm.NONE : death.harm());
            return process;
        }

        /** Kills it if it is time, and starts it again when it is dead. */
        void tend() throws Exception {
            Death how = death;
            if (how == null) {
                assertAlive();
            } else if (!how.harm().equals(Harm.NONE)) {
                if (!process.isAlive()) {
                    String mark = "HARM " + how.harm().text();
                    assertFalse(
                            process.output().stream().noneMatch(line -> line.startsWith(mark)),
                            process::lastWords);
                    again();
                } else {
                    boundLife();
                }
            } else {
                assertAlive();
                long now = System.currentTimeMillis();
                if (dueMs == 0 && process.commits().size() >= how.commits()) {
                    dueMs = now + how.delayMs();
                }
                if (dueMs != 0 && now >= dueMs) {
                    process.kill();
                    again();
                } else {
                    boundLife();
                }
            }
        }

        private void again() throws IOException {
            kills++;
            begin();
        }

        private void assertAlive() {
            assertFalse(!process.isAlive(), process::lastWords);
        }

        private void boundLife() {
            long livedMs = System.currentTimeMillis() - bornMs;
            assertFalse(
                    livedMs > AT_MOST_WITHOUT_A_KILL.toMillis(),
                    () -> "no occasion for " + death + "; " + process.lastWords());
        }
    }

    private final World world;
    private final Deque<Death> deaths = new ArrayDeque<>();
    private final List<Slot> slots = new ArrayList<>();
    private final long beginMs = System.currentTimeMillis();
    private int kills;
    private long toldMs = beginMs;

    /** Two trainers that live. */
    Fleet(World world) throws IOException {
        this.world = world;
        slots.add(new Slot("a"));
        slots.add(new Slot("b"));
    }

    int kills() {
        return kills;
    }

    /**
     * Kills one trainer and does not start it before the other has gone on with one of its models.
     *
     * @return milliseconds from SIGKILL to that model's next commit
     */
    long failover() throws Exception {
        Set<String> models = new HashSet<>();
        Slot[] pair = slots.toArray(new Slot[0]); // who is to die, then the other
        Awaitility.await("two trainers at work, one with a model in hand")
                .atMost(World.LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () -> {
                            slots.forEach(Slot::assertAlive);
                            Collections.reverse(Arrays.asList(pair));
                            models.clear();
                            models.addAll(inHand(pair[0], pair[1]));
                            return !models.isEmpty() && !pair[1].process.commits().isEmpty();
                        });
        Slot victim = pair[0];
        Slot other = pair[1];
        long killedMs = System.currentTimeMillis();
        victim.process.kill();
        long[] goesOnMs = {0};
        Awaitility.await("the other trainer goes on with one of " + models)
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            other.assertAlive();
                            for (TrainerProcess.Commit commit : other.process.commits()) {
                                if (models.contains(commit.model()) && commit.atMs() > killedMs) {
                                    goesOnMs[0] = commit.atMs();
                                    return true;
                                }
                            }
                            return false;
                        });
        victim.again();
        return goesOnMs[0] - killedMs;
    }

    /** Models that it was the last of the two to commit, and that will need some time yet. */
    private static Set<String> inHand(Slot slot, Slot other) {
        Map<String, Long> theirs = last(other);
        Map<String, Long> models = last(slot);
        models.entrySet()
                .removeIf(
                        m ->
                                m.getValue() < theirs.getOrDefault(m.getKey(), 0L)
                                        || m.getValue() >= 30);
        return models.keySet();
    }

    /** The last number that it has committed of each model. */
    private static Map<String, Long> last(Slot slot) {
        Map<String, Long> last = new HashMap<>();
        slot.process.commits().forEach(c -> last.merge(c.model(), c.number(), Math::max));
        return last;
    }

    /**
     * Kills at every named point once and so many times at random moments, in random order.
     *
     * @param random which also says when
     */
    void kill(int times, Random random) throws Exception {
        List<Death> plan = new ArrayList<>();
        for (Harm.Point point : Harm.points()) {
            plan.add(new Death(new Harm(Harm.Signal.KILL, point, 1 + random.nextInt(5)), 0, 0));
        }
        for (int i = 0; i < times; i++) {
            boolean working = random.nextInt(6) > 0;
            plan.add(
                    working
                            ? new Death(Harm.NONE, 1 + random.nextInt(6), random.nextInt(250))
                            : new Death(Harm.NONE, 0, random.nextInt(6_000)));
        }
        Collections.shuffle(plan, random);
        deaths.addAll(plan);
        int due = kills + plan.size();
        for (Slot slot : slots) {
            slot.process.kill(); // to begin lives that end as planned
            slot.begin();
        }
        Awaitility.await("all kills")
                .atMost(Duration.ofSeconds(180 + 30L * plan.size()))
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> {
                            for (Slot slot : slots) {
                                slot.tend();
                            }
                            world.keepBusy();
                            tell(due);
                            return kills >= due;
                        });
    }

    /** Waits for the end of all models. */
    void finish() {
        List<TrainerProcess> trainers = slots.stream().map(slot -> slot.process).toList();
        world.awaitOver(world.models(), trainers);
    }

    private void tell(int due) {
        long now = System.currentTimeMillis();
        if (now - toldMs >= TELL_EVERY.toMillis()) {
            toldMs = now;
            System.out.printf(
                    "%d s: %d of %d kills, %d of %d checkpoints%n",
                    (now - beginMs) / 1_000,
                    kills,
                    due,
                    world.committed(world.models()),
                    world.total());
        }
    }

    @Override
    public void close() {
        slots.forEach(slot -> slot.process.close());
    }
}
