package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * Truth, predictions, specs and checkpoints in any order, with repetitions, corrections, late truth
 * and ties: the metrics equal a recount of all that came.
 */
class AnyOrderPropertyTest {
    private static final String[] MODELS = {"weak", "naive", "boot", "top"};
    private static final int EXAMPLES = 12;

    @Property(seed = "7", tries = 25, shrinking = ShrinkingMode.OFF)
    void tableEqualsTheRecount(@ForAll long seed) throws IOException {
        check(seed, 1, true);
    }

    @Property(seed = "8", tries = 10, shrinking = ShrinkingMode.OFF)
    void tableEqualsTheRecountWhereverTheRecordsWerePut(@ForAll long seed) throws IOException {
        check(seed, 3, true);
    }

    @Property(seed = "9", tries = 10, shrinking = ShrinkingMode.OFF)
    void tableEqualsTheRecountAtEveryLook(@ForAll long seed) throws IOException {
        check(seed, 1, false);
    }

    private static void check(long seed, int partitions, boolean specsAnywhere) throws IOException {
        Random random = new Random(seed);
        Path state = Files.createTempDirectory("aggregator-test");
        try (Harness harness = new Harness(state, partitions)) {
            List<Consumer<Harness>> specs = specs();
            List<Object> data = data(random);
            List<Object> all = new ArrayList<>(data);
            if (specsAnywhere) {
                all.addAll(specs);
            } else {
                specs.forEach(s -> s.accept(harness));
            }
            Collections.shuffle(all, random);
            List<Truth> truths = new ArrayList<>();
            List<PredictionBlock> blocks = new ArrayList<>();
            for (Object event : all) {
                if (event instanceof Truth truth) {
                    truths.add(truth);
                    harness.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
                } else if (event instanceof PredictionBlock block) {
                    blocks.add(block);
                    harness.block(block);
                } else {
                    specs.get(specs.indexOf(event)).accept(harness);
                }
                if (random.nextInt(8) == 0) {
                    harness.metrics();
                    if (!specsAnywhere) {
                        compare(harness, new Recount(truths, blocks));
                    }
                }
            }
            compare(harness, new Recount(truths, blocks));
            assertTrue(harness.deadLetters().isEmpty());
        } finally {
            try (Stream<Path> files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void compare(Harness harness, Recount recount) {
        Map<String, PairMetrics> metrics = harness.metrics();
        for (long k = 1; k <= 2; k++) {
            Recount.Table withCeiling = recount.holdout("weak", 1, "naive", k, "top", k);
            Recount.Table without = recount.holdout("weak", 1, "naive", k, null, 0);
            PairMetrics row = metrics.get(key(k, Phase.HOLDOUT));
            assertRow(withCeiling.empty() ? without : withCeiling, row);
        }
        Recount.Table withCeiling = recount.progressive("weak", "naive", "top");
        Recount.Table without = recount.progressive("weak", "naive", null);
        assertRow(withCeiling.empty() ? without : withCeiling, stream(metrics, "naive"));
        assertRow(recount.progressive("naive", "boot", null), stream(metrics, "boot"));
    }

    /** The key names the newest checkpoint that predicted, so the row told last. */
    private static @Nullable PairMetrics stream(Map<String, PairMetrics> metrics, String student) {
        return metrics.values().stream()
                .filter(m -> m.getStudent().equals(Specs.id(student)))
                .filter(m -> m.getPhase() == Phase.PROGRESSIVE)
                .filter(m -> m.getWindowStartMs() == null)
                .max(Comparator.comparingLong(PairMetrics::getCheckpoint))
                .orElse(null);
    }

    private static void assertRow(Recount.Table expected, @Nullable PairMetrics row) {
        Recount.Table told =
                row == null
                        ? Recount.Table.EMPTY
                        : new Recount.Table(row.getCells(), row.getWithoutTruth());
        assertEquals(expected, told);
    }

    private static String key(long checkpoint, Phase phase) {
        return Specs.id("naive") + "|" + checkpoint + "|" + phase + "|cumulative";
    }

    private static List<Consumer<Harness>> specs() {
        List<Consumer<Harness>> specs = new ArrayList<>();
        specs.add(h -> h.spec(spec("weak", "truth", null)));
        specs.add(h -> h.spec(spec("naive", "weak", "top")));
        specs.add(h -> h.spec(spec("boot", "naive", null)));
        specs.add(h -> h.spec(spec("top", "truth", null)));
        specs.add(h -> h.checkpoint(checkpoint("weak", 1, State.FINISHED, 500)));
        for (String model : List.of("naive", "boot", "top")) {
            specs.add(h -> h.checkpoint(checkpoint(model, 1, State.LEARNING, 256)));
            specs.add(h -> h.checkpoint(checkpoint(model, 2, State.FINISHED, 512)));
        }
        return specs;
    }

    private static List<Object> data(Random random) {
        List<Object> data = new ArrayList<>();
        for (int i = random.nextInt(2 * EXAMPLES); i > 0; i--) {
            data.add(EventFactory.truth(id(random), random.nextInt(2), (long) random.nextInt(3)));
        }
        for (int i = 5 + random.nextInt(25); i > 0; i--) {
            String model = MODELS[random.nextInt(MODELS.length)];
            long checkpoint = model.equals("weak") ? 1 : 1 + random.nextInt(2);
            List<String> ids = new ArrayList<>();
            int rows = 1 + random.nextInt(6);
            int[] predicted = new int[rows];
            for (int r = 0; r < rows; r++) {
                ids.add(id(random));
                predicted[r] = random.nextInt(2);
            }
            long timeMs = random.nextInt(4);
            PredictionBlock block =
                    random.nextBoolean()
                            ? Blocks.sweep(model, checkpoint, 0, timeMs, ids, predicted)
                            : Blocks.progressive(model, checkpoint, timeMs, ids, predicted);
            if (block.getPhase() == Phase.PROGRESSIVE && random.nextInt(3) == 0) {
                block = Blocks.asLabels(block);
            }
            data.add(block);
            if (random.nextInt(4) == 0) {
                data.add(block);
            }
        }
        return data;
    }

    private static String id(Random random) {
        return "e" + random.nextInt(EXAMPLES);
    }
}
