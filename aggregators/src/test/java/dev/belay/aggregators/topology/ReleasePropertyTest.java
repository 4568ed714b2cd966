package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.shard.SweepRetention;
import dev.belay.aggregators.topology.Recount.Table;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;

/**
 * Whatever is let go and whenever: a row that is not equals the recount exactly, after every event,
 * and one that is stands as it was told; through restarts, repetitions, corrections, late truth and
 * models that lag.
 */
class ReleasePropertyTest {
    private static final List<String> IDS = List.of("e0", "e1", "e2", "e3", "e4", "e5", "e6");
    private static final List<Retention> POLICIES =
            List.of(
                    new Retention(0, 0, false),
                    new Retention(0, 1, false),
                    new Retention(0, 1, false),
                    new Retention(3, 0, false),
                    new Retention(4, 2, false));
    private static final List<Duration> PAUSES =
            List.of(
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(6),
                    Duration.ofMinutes(11),
                    Duration.ofMinutes(11),
                    Duration.ofDays(3));

    private static final AtomicInteger LET_GO = new AtomicInteger(); // rows seen so, in all tries

    private final List<Truth> truths = new ArrayList<>();
    private final List<PredictionBlock> blocks = new ArrayList<>();
    private final Map<Long, Table> stood = new HashMap<>(); // by checkpoint of naive
    private final Map<String, Integer> written = new HashMap<>(); // checkpoints, by model
    private final Map<String, Integer> swept = new HashMap<>();
    private final Set<Long> seenGone = new HashSet<>();
    private int released;

    @Property(seed = "23", tries = 60, shrinking = ShrinkingMode.OFF)
    void whatIsNotReleasedEqualsTheRecountAndWhatIsStands(@ForAll long seed) {
        ReleasePropertyTest run = new ReleasePropertyTest();
        Random random = new Random(seed);
        run.check(random, 1 + random.nextInt(3));
    }

    private void check(Random random, int shards) {
        Cluster cluster =
                new Cluster(
                        shards, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(keeping(random, spec("naive", "weak", "top")));
        cluster.spec(keeping(random, spec("top", "truth", null)));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        sweep(cluster, random, "weak", 1);
        for (int step = 0; step < 120; step++) {
            String model = random.nextBoolean() ? "naive" : "top";
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    int k = written.merge(model, 1, Integer::sum);
                    cluster.checkpoint(checkpoint(model, k, State.LEARNING, 256L * k));
                }
                case 2, 3 -> {
                    int k = swept.getOrDefault(model, 0) + 1;
                    if (k <= written.getOrDefault(model, 0)) {
                        swept.put(model, k);
                        sweep(cluster, random, model, k);
                    }
                }
                case 4 -> truth(cluster, random, step);
                case 5 -> again(cluster, random, step);
                case 6 -> cluster.advance(PAUSES.get(random.nextInt(PAUSES.size())));
                default -> {
                    if (random.nextBoolean()) {
                        cluster.restart();
                    } else {
                        cluster.restart(random.nextInt(shards));
                    }
                }
            }
            compare(cluster, shards);
        }
        IDS.forEach(e -> truthOf(cluster, EventFactory.truth(e, 0, 1_000L)));
        compare(cluster, shards);
        for (int i = 0; i < 3; i++) { // a row goes before what it is compared with
            cluster.advance(SweepRetention.SETTLE.plusMinutes(1));
        }
        compare(cluster, shards);
        LET_GO.addAndGet(released);
    }

    @AfterProperty
    void somethingWasLetGo() {
        assertTrue(LET_GO.get() > 100, "rows let go: " + LET_GO);
    }

    private void compare(Cluster cluster, int shards) {
        Map<String, PairMetrics> told = cluster.metrics();
        Recount recount = new Recount(truths, blocks);
        for (long k = 1; k <= swept.getOrDefault("naive", 0); k++) {
            PairMetrics row = told.get(id("naive") + "|" + k + "|HOLDOUT|cumulative");
            Table counted =
                    row == null ? Table.EMPTY : new Table(row.getCells(), row.getWithoutTruth());
            int gone = cluster.releasedBy("naive", k);
            boolean since = seenGone.contains(k); // what came last may have been what it waited for
            if (gone > 0) {
                released++;
                seenGone.add(k);
                assertFalse(row == null);
            } else {
                assertEquals(0, cluster.releasedBy("top", k), "top " + k + " before naive " + k);
            }
            if (!since) {
                Table expected = recount.holdout("weak", 1, "naive", k, null, 0);
                if (k <= swept.getOrDefault("top", 0)) {
                    expected = recount.holdout("weak", 1, "naive", k, "top", k);
                }
                assertEquals(expected, counted, "naive " + k);
                stood.put(k, counted);
            } else if (shards == 1) { // else truth may move what others have not let go
                assertEquals(stood.get(k), counted, "naive " + k + " was let go");
            }
        }
    }

    /** A block comes again, or a correction of one that is still there. */
    private void again(Cluster cluster, Random random, int step) {
        PredictionBlock block = blocks.get(random.nextInt(blocks.size()));
        String model = block.getModel().replaceAll("x/(.*)#.*", "$1");
        if (random.nextBoolean() && cluster.releasedBy(model, block.getCheckpoint()) == 0) {
            block =
                    Blocks.sweep(
                            model,
                            block.getCheckpoint(),
                            IDS.size(),
                            100 + step,
                            block.getIds(),
                            said(random, block.getIds().size()));
            blocks.add(block);
        }
        cluster.block(block);
    }

    private void truth(Cluster cluster, Random random, int step) {
        for (int i = random.nextInt(5); i >= 0; i--) {
            String example = IDS.get(random.nextInt(IDS.size()));
            truthOf(cluster, EventFactory.truth(example, random.nextInt(2), (long) step));
        }
    }

    private void truthOf(Cluster cluster, Truth truth) {
        truths.add(truth);
        cluster.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
    }

    private void sweep(Cluster cluster, Random random, String model, int k) {
        int cut = 1 + random.nextInt(IDS.size() - 1);
        for (List<String> part : List.of(IDS.subList(0, cut), IDS.subList(cut, IDS.size()))) {
            PredictionBlock block =
                    Blocks.sweep(model, k, IDS.size(), 10, part, said(random, part.size()));
            blocks.add(block);
            cluster.block(block);
        }
    }

    private static int[] said(Random random, int rows) {
        return random.ints(rows, 0, 2).toArray();
    }

    private static ModelSpec keeping(Random random, ModelSpec spec) {
        return ModelSpec.newBuilder(spec)
                .setRetention(POLICIES.get(random.nextInt(POLICIES.size())))
                .build();
    }
}
