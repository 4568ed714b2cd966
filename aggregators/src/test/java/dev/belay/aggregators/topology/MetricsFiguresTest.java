package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.sweep;
import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.events.DerivedFigures;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.SparseCounts;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.ConfusionCount;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a metrics event says beyond its cells, against a recount of the rows in plain loops. */
class MetricsFiguresTest {
    private static final int EXAMPLES = 400;
    private static final double ROUNDING = 1e-6; // terms are rounded to 2^-24

    @TempDir Path state;
    private Harness harness;
    private final SplittableRandom random = new SplittableRandom(11);
    private final List<String> ids = IntStream.range(0, EXAMPLES).mapToObj(i -> "e" + i).toList();
    private final int[] truth = random.ints(EXAMPLES, 0, 2).toArray();

    @BeforeEach
    void open() {
        harness = new Harness(state, 1);
        harness.spec(spec("weak", "truth", null));
        harness.spec(spec("naive", "weak", "top"));
        harness.spec(spec("top", "truth", null));
        harness.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void probabilitiesAndClassesAreThoseOfARecount() {
        // Given
        float[] w = probabilities(0.65);
        float[] s = probabilities(0.8);
        float[] c = probabilities(0.9);
        truthOf(EXAMPLES);
        harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
        harness.checkpoint(checkpoint("top", 1, State.FINISHED, 256));
        // When
        harness.block(block("weak", w));
        harness.block(block("naive", s));
        harness.block(block("top", c));
        // Then
        PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertCalibration(w, requireNonNull(row.getSupervisorCalibration()));
        assertCalibration(s, requireNonNull(row.getStudentCalibration()));
        double misfit = 0;
        double cross = 0;
        double kappaAgree = 0;
        long[] says = new long[4]; // supervisor 0, 1, student 0, 1
        long[][] confusion = new long[2][2];
        long[][] right = new long[3][2];
        for (int i = 0; i < EXAMPLES; i++) {
            for (int k = 0; k < 2; k++) {
                double y = truth[i] == k ? 1 : 0;
                misfit += Math.pow((double) w[2 * i + k] - s[2 * i + k], 2);
                cross += 2 * ((double) w[2 * i + k] - s[2 * i + k]) * (s[2 * i + k] - y);
            }
            says[says(w, i)]++;
            says[2 + says(s, i)]++;
            kappaAgree += says(w, i) == says(s, i) ? 1 : 0;
            confusion[truth[i]][says(w, i)]++;
            right[0][truth[i]] += says(w, i) == truth[i] ? 1 : 0;
            right[1][truth[i]] += says(s, i) == truth[i] ? 1 : 0;
            right[2][truth[i]] += says(c, i) == truth[i] ? 1 : 0;
        }
        var brier = requireNonNull(row.getBrierGain());
        assertEquals(misfit / EXAMPLES, brier.getMisfit(), ROUNDING);
        assertEquals(cross / EXAMPLES, brier.getCross(), ROUNDING);
        assertEquals(brier.getGain(), brier.getMisfit() + brier.getCross(), ROUNDING);
        double expected =
                ((double) says[0] * says[2] + (double) says[1] * says[3]) / EXAMPLES / EXAMPLES;
        assertEquals(
                (kappaAgree / EXAMPLES - expected) / (1 - expected), row.getCohensKappa(), 1e-12);
        for (int k = 0; k < 2; k++) {
            var counts = row.getByClass().get(k);
            assertEquals(right[0][k], counts.getSupervisorRight());
            assertEquals(right[1][k], counts.getStudentRight());
            assertEquals(right[2][k], counts.getCeilingRight());
            assertEquals(says[2 + k], counts.getStudentSays());
            assertEquals(confusion[k][0] + confusion[k][1], counts.getTruth());
            assertEquals(counts.getTruth(), counts.getTruthWithCeiling());
        }
        for (ConfusionCount count : row.getConfusion()) {
            assertEquals(confusion[count.getTruth()][count.getSaid()], count.getCount());
        }
        assertEquals(4, row.getConfusion().size());
        assertEquals(0, row.getConfusionOmitted());
    }

    @Test
    void gatesAndTheBestGoByTheCheckpointsNumberWhateverCameFirst() {
        // Given three checkpoints, the second the best
        truthOf(EXAMPLES);
        harness.block(block("weak", probabilities(0.6)));
        harness.checkpoint(checkpoint("top", 1, State.FINISHED, 1024));
        harness.block(block("top", probabilities(0.97)));
        double[] accuracies = {0.7, 0.9, 0.8};
        List<float[]> predicted = new ArrayList<>();
        for (int k = 1; k <= 3; k++) {
            harness.checkpoint(checkpoint("naive", k, State.LEARNING, 256L * k));
            predicted.add(probabilities(accuracies[k - 1]));
        }
        harness.checkpoint(checkpoint("naive", 4, State.FINISHED, 1024));
        float[] last = probabilities(0.75);
        harness.block(at(block("naive", last), 4));
        harness.metrics();
        // When the others come after the last, backwards
        for (int k = 3; k >= 1; k--) {
            harness.block(at(block("naive", predicted.get(k - 1)), k));
            harness.metrics();
        }
        // Then
        for (long k = 1; k <= 4; k++) {
            PairMetrics row = harness.metrics("naive", k, Phase.HOLDOUT);
            GateFigures gate = requireNonNull(row.getGate());
            assertEquals(k, gate.getLook());
            assertEquals(0.05 / (k * (k + 1)), gate.getLevel(), 1e-12);
            assertEquals(0.05, gate.getSpent() + gate.getLeft(), 1e-12);
            assertEquals(gate.getLow() > 0, gate.getPassed());
        }
        PairMetrics fourth = harness.metrics("naive", 4, Phase.HOLDOUT);
        double own = requireNonNull(fourth.getPgr()).getValue();
        var best = requireNonNull(fourth.getBestLabelAgreement());
        assertTrue(best.getValue() >= requireNonNull(fourth.getLabelAgreement()).getValue());
        // only the last is compared with a ceiling, that of equally many examples being there only
        assertEquals(4, requireNonNull(fourth.getBestPgr()).getCheckpoint());
        assertEquals(own, fourth.getBestPgr().getValue());
        assertEquals(0, requireNonNull(fourth.getBehindBestPgr()));
    }

    @Test
    void everyFigureNamesTheExamplesItRestsOn() {
        // Given a ceiling that has predicted half of the examples, and one student without truth
        truthOf(EXAMPLES - 1);
        harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
        harness.checkpoint(checkpoint("top", 1, State.FINISHED, 256));
        harness.block(block("weak", probabilities(0.65)));
        harness.block(block("naive", probabilities(0.8)));
        List<String> half = ids.subList(0, EXAMPLES / 2);
        harness.block(sweep("top", 1, half.size(), 10, half, new int[half.size()]));
        // Then
        PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(EXAMPLES / 2, row.getN());
        assertEquals(EXAMPLES / 2, requireNonNull(row.getStudentAccuracy()).getN());
        assertEquals(EXAMPLES - 1, row.getPairN());
        assertEquals(
                EXAMPLES - 1, row.getByClass().stream().mapToLong(ClassCounts::getTruth).sum());
        assertEquals(
                EXAMPLES - 1,
                row.getConfusion().stream().mapToLong(ConfusionCount::getCount).sum());
        assertEquals(EXAMPLES, requireNonNull(row.getLabelAgreement()).getN());
        assertEquals(EXAMPLES, row.getBestLabelAgreementN());
        assertNull(row.getBestPgrN());
        // And intervals are for what is complete: with the ceiling all truth is there
        assertNotNull(row.getStudentAccuracy().getLow());
        assertNotNull(row.getLabelAgreement().getLow());
        assertNull(row.getGate());
    }

    @Test
    void theBestPgrIsKeptWhenLaterCheckpointsFallBehind() {
        truthOf(EXAMPLES);
        harness.block(block("weak", probabilities(0.6)));
        harness.checkpoint(checkpoint("top", 1, State.LEARNING, 256));
        harness.checkpoint(checkpoint("top", 2, State.FINISHED, 512));
        harness.block(at(block("top", probabilities(0.95)), 1));
        harness.block(at(block("top", probabilities(0.95)), 2));
        harness.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
        harness.checkpoint(checkpoint("naive", 2, State.FINISHED, 512));
        harness.block(at(block("naive", probabilities(0.9)), 1));
        harness.block(at(block("naive", probabilities(0.7)), 2));

        PairMetrics first = harness.metrics("naive", 1, Phase.HOLDOUT);
        PairMetrics second = harness.metrics("naive", 2, Phase.HOLDOUT);
        double peak = requireNonNull(first.getPgr()).getValue();
        assertEquals(1, requireNonNull(second.getBestPgr()).getCheckpoint());
        assertEquals(peak, second.getBestPgr().getValue());
        assertEquals(EXAMPLES, second.getBestPgrN());
        assertEquals(
                peak - requireNonNull(second.getPgr()).getValue(),
                requireNonNull(second.getBehindBestPgr()));
        assertEquals(0, requireNonNull(first.getBehindBestPgr()));
    }

    @Test
    void whileTruthIsMissingFiguresMayBeReadAtAnyMomentAndAgreementNeedsNone() {
        // Given truth of half of the examples
        truthOf(EXAMPLES / 2);
        harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
        int[] same = new int[EXAMPLES];
        harness.block(sweep("weak", 1, EXAMPLES, 10, ids, same));
        same[EXAMPLES - 1] = 1; // one without truth on which they differ
        harness.block(sweep("naive", 1, EXAMPLES, 10, ids, same));
        // Then
        PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertEquals(EXAMPLES / 2, row.getN());
        assertEquals(1, requireNonNull(row.getAgreement()).getValue());
        assertEquals(
                (EXAMPLES - 1.0) / EXAMPLES, requireNonNull(row.getLabelAgreement()).getValue());
        assertEquals(EXAMPLES, row.getLabelAgreement().getN());
        assertNull(row.getGate());
        assertNull(requireNonNull(row.getGain()).getLow());
        assertEquals("ceiling-not-ready", row.getPgrUndefined());
        assertNotNull(row.getAnytimeGain());
        assertTrue(row.getAnytimeGain().getLow() < 0 && row.getAnytimeGain().getHigh() > 0);
        assertTrue(requireNonNull(row.getLogEvidence()) < Math.log(20));
        // When all truth is there
        for (int i = EXAMPLES / 2; i < EXAMPLES; i++) {
            harness.truth(ids.get(i), truth[i], 1);
        }
        // Then it is looked at once
        row = harness.metrics("naive", 1, Phase.HOLDOUT);
        assertNull(row.getAnytimeGain());
        assertNotNull(row.getGate());
    }

    @Test
    void aConfusionMatrixTooLargeForAnEventSaysHowMuchIsLeftOut() {
        int classes = 200;
        PairCounter counter = new PairCounter(classes);
        float[] even = new float[classes];
        java.util.Arrays.fill(even, 1f / classes);
        for (int truth = 0; truth < classes; truth++) {
            for (int said = 0; said < 60; said++) {
                int times = said == truth ? 3 : 1;
                for (int i = 0; i < times; i++) {
                    counter.pair(truth, even, 0, said, even, 0, 0, 1);
                }
            }
        }
        Tally none = Tally.empty(classes);
        Tally tally =
                new Tally(
                        counter.table(),
                        0,
                        0,
                        0,
                        0,
                        0,
                        none.supervisor(),
                        none.student(),
                        none.ceiling(),
                        0,
                        SparseCounts.EMPTY);

        PairMetrics.Builder event = PairMetrics.newBuilder();
        DerivedFigures.put(event, tally, null, true, true);

        assertEquals(10_000, event.getConfusion().size());
        long told = event.getConfusion().stream().mapToLong(ConfusionCount::getCount).sum();
        assertEquals(tally.table().n(), told + event.getConfusionOmitted());
        assertEquals(2_000, event.getConfusionOmitted());
        assertEquals(60, event.getConfusion().stream().filter(c -> c.getCount() == 3).count());
    }

    private void assertCalibration(float[] p, CalibrationFigures told) {
        double brier = 0;
        double logLoss = 0;
        double[] count = new double[15];
        double[] hits = new double[15];
        double[] confidence = new double[15];
        for (int i = 0; i < EXAMPLES; i++) {
            for (int k = 0; k < 2; k++) {
                brier += Math.pow(p[2 * i + k] - (truth[i] == k ? 1 : 0), 2);
            }
            logLoss -= Math.log(Math.max(p[2 * i + truth[i]], 1e-7));
            double top = p[2 * i + says(p, i)];
            int bin = (int) Math.ceil(top * 15) - 1;
            count[bin]++;
            hits[bin] += says(p, i) == truth[i] ? 1 : 0;
            confidence[bin] += top;
        }
        double ece = 0;
        for (int b = 0; b < 15; b++) {
            ece += Math.abs(hits[b] - confidence[b]) / EXAMPLES;
        }
        assertEquals(brier / EXAMPLES, told.getBrier(), ROUNDING);
        assertEquals(logLoss / EXAMPLES, told.getLogLoss(), ROUNDING);
        assertEquals(ece, told.getEce(), ROUNDING);
        assertTrue(told.getEceExpected() > 0 && told.getEceExpected() < 0.2);
    }

    /** Rows of a model that is right about so often, more or less sure of itself. */
    private float[] probabilities(double accuracy) {
        float[] rows = new float[2 * EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            int said = random.nextDouble() < accuracy ? truth[i] : 1 - truth[i];
            float top = (float) (0.5 + 0.49 * random.nextDouble()) + 0.005f;
            rows[2 * i + said] = top;
            rows[2 * i + 1 - said] = 1 - top;
        }
        return rows;
    }

    private static int says(float[] rows, int i) {
        return rows[2 * i] >= rows[2 * i + 1] ? 0 : 1;
    }

    private void truthOf(int first) {
        for (int i = 0; i < first; i++) {
            harness.truth(ids.get(i), truth[i], 1);
        }
    }

    private PredictionBlock block(String model, float[] rows) {
        List<Float> boxed = new ArrayList<>();
        for (float p : rows) {
            boxed.add(p);
        }
        return PredictionBlock.newBuilder(sweep(model, 1, EXAMPLES, 10, ids, new int[EXAMPLES]))
                .setProbabilities(boxed)
                .build();
    }

    private static PredictionBlock at(PredictionBlock block, long checkpoint) {
        return PredictionBlock.newBuilder(block).setCheckpoint(checkpoint).build();
    }
}
