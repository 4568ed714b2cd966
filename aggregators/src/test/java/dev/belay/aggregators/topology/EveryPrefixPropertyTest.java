package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;

import dev.belay.aggregators.comparison.Window;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.topology.RandomEvents.Known;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * After every single event, whatever came before it and in which order: every row that can be told
 * equals a recount, over all shards, with and without a ceiling, of the holdout and of the stream,
 * from the beginning and in tumbling and hopping windows; with repetitions, corrections, truth that
 * is late, too late or taken back, a student that labels for another, sweeps that are complete or
 * not, specs and checkpoints anywhere, and restarts between; and each slice, whose examples move as
 * their tags change. Cells, classes, probabilities and what has no truth; exactly.
 */
class EveryPrefixPropertyTest {
    private static final Lateness LATENESS =
            new Lateness(
                    List.of(
                            new Window.Kind(Duration.ofMillis(2), Duration.ofMillis(2)),
                            new Window.Kind(Duration.ofMillis(4), Duration.ofMillis(2))),
                    Duration.ofMillis(RecountCheck.GRACE_MS),
                    Duration.ofMillis(RecountCheck.HORIZON_MS));

    @Property(seed = "17", tries = 12, shrinking = ShrinkingMode.OFF)
    void everyRowEqualsTheRecountAfterEveryEvent(@ForAll long seed) throws IOException {
        checkTopology(seed, 1);
    }

    @Property(seed = "19", tries = 6, shrinking = ShrinkingMode.OFF)
    void idsOfOtherPartitionsAreCountedAfterEveryEvent(@ForAll long seed) throws IOException {
        checkTopology(seed, 3);
    }

    /** Shard or merger or all begin again between events, from what is in their stores. */
    @Property(seed = "18", tries = 60, shrinking = ShrinkingMode.OFF)
    void shardsTogetherEqualTheRecountAfterEveryEventWhateverIsRestarted(@ForAll long seed) {
        Random random = new Random(seed);
        Cluster cluster = new Cluster(1 + random.nextInt(4), LATENESS);
        check(
                random,
                cluster::shardOf,
                event -> {
                    if (event instanceof Truth truth) {
                        cluster.truth(truth);
                    } else if (event instanceof PredictionBlock block) {
                        cluster.block(block);
                    } else {
                        send((Known) event, cluster::spec, cluster::checkpoint);
                    }
                    switch (random.nextInt(6)) {
                        case 0 -> cluster.restart();
                        case 1 -> cluster.restart(random.nextInt(cluster.shards()));
                        case 2 -> cluster.restartMerger();
                        default -> {}
                    }
                    // now and then several events between two looks
                    return random.nextInt(5) == 0
                            ? null
                            : told(cluster.metrics(), cluster.slices());
                });
    }

    /**
     * @param partitions that the topology believes to be one of
     */
    private static void checkTopology(long seed, int partitions) throws IOException {
        Random random = new Random(seed);
        Path state = Files.createTempDirectory("aggregator-test");
        try (Harness harness = new Harness(state, partitions, LATENESS)) {
            check(
                    random,
                    id -> 0,
                    event -> {
                        if (event instanceof Truth truth) {
                            send(harness, truth);
                        } else if (event instanceof PredictionBlock block) {
                            harness.block(block);
                        } else {
                            send((Known) event, harness::spec, harness::checkpoint);
                        }
                        return told(harness.metrics(), harness.slices());
                    });
        } finally {
            try (Stream<Path> files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Map<String, PairMetrics> told(
            Map<String, PairMetrics> rows, Map<String, PairMetrics> slices) {
        Map<String, PairMetrics> told = new HashMap<>(rows);
        told.putAll(slices);
        return told;
    }

    /** Something that takes an event and gives what has been told by then; null: not looked at. */
    private interface Counting {
        @Nullable Map<String, PairMetrics> after(Object event);
    }

    private static void check(Random random, ToIntFunction<String> shardOf, Counting counting) {
        List<Truth> truths = new ArrayList<>();
        List<PredictionBlock> blocks = new ArrayList<>();
        Set<Known> known = new HashSet<>();
        List<Object> seen = new ArrayList<>();
        for (Object event : RandomEvents.of(random)) {
            if (event instanceof Truth truth) {
                truths.add(truth);
            } else if (event instanceof PredictionBlock block) {
                blocks.add(block);
            } else {
                known.add((Known) event);
            }
            Map<String, PairMetrics> told = counting.after(event);
            seen.add(event);
            if (told != null) {
                try {
                    new RecountCheck(told, new Recount(truths, blocks), shardOf).check(known);
                } catch (AssertionError e) {
                    throw new AssertionError(e.getMessage() + " after " + seen, e);
                }
            }
        }
    }

    private static void send(Harness harness, Truth truth) {
        if (truth.getLabel() < 0) {
            harness.truthTakenBack(truth.getId(), truth.getEventTimeMs());
        } else {
            harness.truth(truth);
        }
    }

    private static void send(
            Known known, Consumer<ModelSpec> specs, Consumer<Checkpoint> checkpoints) {
        String model = known.model();
        if (known.number() == 0) {
            String supervisor = RecountCheck.SUPERVISORS.getOrDefault(model, "truth");
            specs.accept(spec(model, supervisor, model.equals("naive") ? "top" : null));
        } else {
            boolean last = known.number() == 2 || model.equals("weak");
            checkpoints.accept(
                    checkpoint(
                            model,
                            known.number(),
                            last ? State.FINISHED : State.LEARNING,
                            256L * known.number()));
        }
    }
}
