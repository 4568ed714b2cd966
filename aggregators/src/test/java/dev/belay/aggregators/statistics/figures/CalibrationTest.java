package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable.Side;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CalibrationTest {

    @Test
    void expectedErrorIsThatOfCalibratedModels() {
        // confidences spread evenly, near 1, and near one half
        Function<Random, Double> even = random -> 0.5 + random.nextDouble() / 2;
        Function<Random, Double> sure = random -> 1 - Math.pow(random.nextDouble(), 6) / 2;
        Function<Random, Double> unsure = random -> 0.5 + random.nextDouble() / 20;
        for (int n : new int[] {100, 300, 2000}) {
            for (Function<Random, Double> model : List.of(even, sure, unsure)) {
                Random random = new Random(5);
                double seen = 0;
                double expected = 0;
                int draws = 400;
                for (int draw = 0; draw < draws; draw++) {
                    Calibration calibration = calibrated(model, n, random);
                    seen += calibration.ece() / draws;
                    expected += calibration.eceExpected() / draws;
                }
                assertEquals(1, expected / seen, 0.1, "n " + n + ", seen " + seen);
            }
        }
    }

    @Test
    void expectedErrorIsThatOfTheExactDistribution() {
        // Given models that are sure in one way, and in two of one bin: (14/15, 1]
        double[][] mixtures = {
            {0.998, 0.998}, {0.9984, 0.9984}, {0.94, 0.999}, {0.97, 0.97}, {0.99, 0.9999}
        };
        for (int n : new int[] {1, 10, 100, 160, 1000, 5000}) {
            for (double[] mixture : mixtures) {
                float[] confidences = new float[n];
                PairCounter counter = new PairCounter(2);
                for (int i = 0; i < n; i++) {
                    confidences[i] = (float) mixture[i % 2];
                    float[] s = {confidences[i], 1 - confidences[i]};
                    counter.pair(0, s, 0, 0, s, 0, 0, 1);
                }
                // When
                double told =
                        requireNonNull(Calibration.of(counter.table(), Side.STUDENT)).eceExpected();
                // Then
                double exact = expectedDeviation(confidences) / n;
                assertEquals(1, told / exact, 0.02, n + " of " + mixture[0] + ", " + mixture[1]);
            }
        }
    }

    /** E|right − Σc|, from the distribution of the number of right answers, built one by one. */
    private static double expectedDeviation(float[] confidences) {
        double[] wrong = {1};
        double mean = 0;
        for (float c : confidences) {
            double[] next = new double[wrong.length + 1];
            for (int k = 0; k < wrong.length; k++) {
                next[k] += wrong[k] * c;
                next[k + 1] += wrong[k] * (1 - c);
            }
            wrong = next;
            mean += 1 - c;
        }
        double deviation = 0;
        for (int k = 0; k < wrong.length; k++) {
            deviation += wrong[k] * Math.abs(k - mean);
        }
        return deviation;
    }

    @Test
    void aModelThatIsTooSureShowsIt() {
        PairCounter counter = new PairCounter(2);
        for (int i = 0; i < 1000; i++) {
            // says .95, right 7 times of 10
            float[] s = {0.95f, 0.05f};
            counter.pair(i % 10 < 7 ? 0 : 1, s, 0, 0, s, 0, 0, 1);
        }
        Calibration calibration = requireNonNull(Calibration.of(counter.table(), Side.STUDENT));

        assertEquals(0.25, calibration.ece(), 1e-6);
        assertTrue(calibration.eceExpected() < 0.01);
    }

    /** n examples, each right with the probability of its confidence. */
    private static Calibration calibrated(Function<Random, Double> model, int n, Random random) {
        PairCounter counter = new PairCounter(2);
        for (int i = 0; i < n; i++) {
            double confidence = model.apply(random);
            float[] s = {(float) confidence, (float) (1 - confidence)};
            counter.pair(random.nextDouble() < confidence ? 0 : 1, s, 0, 0, s, 0, 0, 1);
        }
        return requireNonNull(Calibration.of(counter.table(), Side.STUDENT));
    }
}
