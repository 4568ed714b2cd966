package dev.belay.aggregators.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * Choice blocks with random numbers of options, in any order, repeated and corrected, with late,
 * corrected and invalid truth: the metrics equal a recount by definition.
 */
class ChoicePropertyTest {
    private static final String[] MODELS = {"weak", "naive", "top"};
    private static final int EXAMPLES = 14;
    private static final long GRACE_MS = 10; // of the harness
    private static final long HORIZON_MS = 7 * 86_400_000L;
    private static final double FIXED_POINT = 1e-6;

    @Property(seed = "71", tries = 20, shrinking = ShrinkingMode.OFF)
    void figuresEqualTheRecount(@ForAll long seed) throws IOException {
        check(seed, 1);
    }

    @Property(seed = "72", tries = 20, shrinking = ShrinkingMode.OFF)
    void figuresEqualTheRecountOfBlocksSplitOverPartitions(@ForAll long seed) throws IOException {
        check(seed, 3);
    }

    private static void check(long seed, int partitions) throws IOException {
        Random random = new Random(seed);
        Path state = Files.createTempDirectory("aggregator-test");
        try (Harness harness = new Harness(state, partitions)) {
            List<Object> data = data(random);
            Collections.shuffle(data, random);
            int specsAt = random.nextInt(data.size());
            List<Truth> truths = new ArrayList<>();
            List<PredictionBlock> blocks = new ArrayList<>();
            for (int i = 0; i < data.size(); i++) {
                if (i == specsAt) {
                    Choices.start(harness);
                }
                if (data.get(i) instanceof Truth truth) {
                    truths.add(truth);
                    harness.truth(truth.getId(), truth.getLabel(), truth.getEventTimeMs());
                } else if (data.get(i) instanceof PredictionBlock block) {
                    blocks.add(block);
                    harness.block(block);
                }
                if (random.nextInt(10) == 0) {
                    harness.metrics();
                }
            }
            compare(harness.metrics(), new ChoiceRecount(truths, blocks));
            harness.deadLetters()
                    .forEach(reason -> assertTrue(reason.startsWith("option "), reason));
        } finally {
            try (Stream<Path> files = Files.walk(state)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void compare(Map<String, PairMetrics> metrics, ChoiceRecount recount) {
        compare(metrics.get(key("1|HOLDOUT|cumulative")), recount, Phase.HOLDOUT);
        compare(metrics.get(key("1|PROGRESSIVE|cumulative")), recount, Phase.PROGRESSIVE);
        for (long start = 0; start < 8; start += 2) {
            for (long size = 2; size <= 4; size += 2) {
                long from = start;
                long to = start + size;
                Predicate<Long> window = timeMs -> from <= timeMs && timeMs < to;
                PairMetrics row = metrics.get(key("any|PROGRESSIVE|" + from + "-" + to));
                assertTable(table(recount, Phase.PROGRESSIVE, window, GRACE_MS), row);
            }
        }
    }

    private static void compare(@Nullable PairMetrics row, ChoiceRecount recount, Phase phase) {
        assertTable(table(recount, phase, timeMs -> true, HORIZON_MS), row);
        if (row == null) {
            return;
        }
        assertNull(row.getCohensKappa());
        assertNull(row.getCohensKappaInterval());
        assertEquals(List.of(), row.getByClass());
        assertEquals(List.of(), row.getConfusion());
        assertEquals(0, row.getConfusionOmitted());
        var expected = recount.probabilities(phase, "weak", "naive", HORIZON_MS);
        assertEquals(expected.n(), row.getPairN());
        if (expected.n() > 0) {
            assertScores(expected.supervisor(), row.getSupervisorCalibration());
            assertScores(expected.student(), row.getStudentCalibration());
            var gain = Objects.requireNonNull(row.getBrierGain());
            double brierGain = expected.supervisor().brier() - expected.student().brier();
            assertEquals(expected.misfit(), gain.getMisfit(), FIXED_POINT);
            assertEquals(brierGain, gain.getGain(), FIXED_POINT);
            assertEquals(brierGain - expected.misfit(), gain.getCross(), FIXED_POINT);
        }
    }

    /** With the ceiling if it has predicted any of the examples, as the rows are emitted. */
    private static ChoiceRecount.Table table(
            ChoiceRecount recount, Phase phase, Predicate<Long> window, long lateMs) {
        var with = recount.table(phase, "weak", "naive", "top", window, lateMs);
        return isEmpty(with) ? recount.table(phase, "weak", "naive", null, window, lateMs) : with;
    }

    private static boolean isEmpty(ChoiceRecount.Table table) {
        return table.withoutTruth() + table.abstained() == 0
                && table.cells().stream().allMatch(count -> count == 0);
    }

    private static void assertTable(ChoiceRecount.Table expected, @Nullable PairMetrics row) {
        if (row == null) {
            assertTrue(isEmpty(expected), "no row for " + expected);
            return;
        }
        assertEquals(
                expected,
                new ChoiceRecount.Table(row.getCells(), row.getWithoutTruth(), row.getAbstained()));
        double n = expected.cells().stream().mapToLong(count -> count).sum();
        if (n > 0) {
            double same = 0;
            for (int cell = 1; cell < 16; cell += 2) {
                same += expected.cells().get(cell);
            }
            assertEquals(same / n, Objects.requireNonNull(row.getAgreement()).getValue(), 1e-12);
        }
    }

    private static void assertScores(
            ChoiceRecount.Scores expected, @Nullable CalibrationFigures found) {
        CalibrationFigures figures = Objects.requireNonNull(found);
        assertEquals(expected.brier(), figures.getBrier(), FIXED_POINT);
        assertEquals(expected.logLoss(), figures.getLogLoss(), FIXED_POINT);
        assertEquals(expected.ece(), figures.getEce(), FIXED_POINT);
    }

    private static String key(String rest) {
        return Specs.id("naive") + "|" + rest;
    }

    private static List<Object> data(Random random) {
        int[] options = new int[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            options[i] = random.nextInt(6) == 0 ? 256 : 2 + random.nextInt(5);
        }
        List<Object> data = new ArrayList<>();
        for (int i = random.nextInt(2 * EXAMPLES); i > 0; i--) {
            int example = random.nextInt(EXAMPLES);
            // sometimes none of its options
            int label = random.nextInt(Math.min(256, options[example] + (i % 3 == 0 ? 2 : 0)));
            data.add(EventFactory.truth("e" + example, label, (long) random.nextInt(24)));
        }
        for (int i = 5 + random.nextInt(30); i > 0; i--) {
            List<Choices.Row> rows = new ArrayList<>();
            String model = MODELS[random.nextInt(MODELS.length)];
            long timeMs = random.nextInt(8);
            for (int r = 1 + random.nextInt(6); r > 0; r--) {
                int example = random.nextInt(EXAMPLES);
                boolean abstains = model.equals("weak") && random.nextInt(5) == 0;
                float[] row =
                        abstains
                                ? new float[options[example]]
                                : Choices.distribution(random, options[example]);
                rows.add(new Choices.Row("e" + example, timeMs, row));
            }
            Phase phase = random.nextBoolean() ? Phase.HOLDOUT : Phase.PROGRESSIVE;
            PredictionBlock block = Choices.block(model, phase, 0, rows);
            data.add(block);
            if (random.nextInt(4) == 0) {
                data.add(block);
            }
        }
        return data;
    }
}
