package dev.belay.aggregators.statistics.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ThresholdTest {

    @Test
    void thresholdSolvesItsEquation() {
        for (int categories : new int[] {2, 3, 10, 100, 1000}) {
            for (double runLength : new double[] {1e3, 1e5, 3e8, 1e12}) {
                Threshold threshold = new Threshold(categories, runLength);
                for (double m = .5; m <= runLength / 64; m *= 4) {
                    double h = threshold.of(m);
                    double power = (categories + 1) / 2.0; // d/2 + 1
                    double octaves = (Math.log(m) / Math.log(2) - 9) / 1.5;
                    double tests = 4 * (1 + octaves * octaves) * runLength / m;
                    double expected = Math.log(tests) - logGamma(categories - 1);
                    assertEquals(expected, h - power * Math.log(h), 1e-6 * h);
                    assertTrue(h > power && h >= threshold.least());
                }
            }
        }
        assertEquals(18.47, new Threshold(2, 3e8).of(512), .05);
    }

    /** ln Γ(d/2) by the recurrence Γ(x + 1) = x·Γ(x). */
    private static double logGamma(int degrees) {
        return degrees == 1
                ? .5 * Math.log(Math.PI)
                : degrees == 2 ? 0 : logGamma(degrees - 2) + Math.log(degrees / 2.0 - 1);
    }

    @Test
    void sharesOfTheScalesSumToOne() {
        // false alarms per run length by the formula for an octave, over scales of 1 to 2^23
        double runLength = 1e9;
        Threshold threshold = new Threshold(2, runLength);
        double sum = 0;
        for (double octave = 0; octave < 23; octave += .01) {
            double m = Math.pow(2, octave);
            double h = threshold.of(m);
            double tail = Math.exp(-h) / Math.sqrt(Math.PI * h);
            sum += .01 * Math.log(2) * tail * h * h / m * runLength;
        }
        assertEquals(1, sum * Threshold.FACTOR / (1.5 * Math.PI * Math.log(2)), .1);
    }

    @Test
    void changesOfMediumScaleNeedTheLeastEvidenceForTheirNumberOfTests() {
        Threshold threshold = new Threshold(2, 3e8);

        assertTrue(threshold.of(8) > threshold.of(64));
        assertTrue(threshold.of(64) > threshold.of(512));
    }
}
