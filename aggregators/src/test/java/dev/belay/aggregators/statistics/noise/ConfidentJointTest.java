package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfidentJointTest {

    private record One(int label, float[] p) {}

    @Test
    void equalsTheJointCountedFromItsDefinitionOverPrefixes() {
        SplittableRandom random = new SplittableRandom(2);
        for (int classes = 2; classes <= 10; classes++) {
            ConfidentJoint joint = ConfidentJoint.empty(classes);
            List<One> before = new ArrayList<>();
            double[][] counts = new double[classes][classes];
            for (int i = 0; i < 300; i++) {
                One one = new One(random.nextInt(classes), distribution(classes, random));
                int expected = -1;
                for (int k = 0; k < classes; k++) {
                    double threshold = threshold(before, k); // NaN without examples
                    if (one.p[k] >= threshold && (expected < 0 || one.p[k] > one.p[expected])) {
                        expected = k;
                    }
                }
                assertEquals(expected, joint.add(one.label, one.p));
                if (expected >= 0) {
                    counts[one.label][expected]++;
                }
                before.add(one);
            }
            double[][] found = requireNonNull(joint.distribution());
            double noise = 0;
            for (int label = 0; label < classes; label++) {
                double row = 0;
                for (double count : counts[label]) {
                    row += count;
                }
                int at = label;
                double share = before.stream().filter(one -> one.label == at).count() / 300.;
                for (int k = 0; k < classes; k++) {
                    assertEquals(counts[label][k] / row * share, found[label][k], 1e-12);
                    noise += k == label ? 0 : found[label][k];
                }
                assertEquals(
                        threshold(before, label), requireNonNull(joint.threshold(label)), 1e-6);
            }
            assertEquals(noise, requireNonNull(joint.noiseRate()), 1e-12);
            for (int truth = 0; truth < classes; truth++) {
                double column = 0;
                for (int label = 0; label < classes; label++) {
                    column += found[label][truth];
                }
                double[] given = requireNonNull(joint.given(truth));
                for (int label = 0; label < classes; label++) {
                    assertEquals(found[label][truth] / column, given[label], 1e-12);
                }
            }
        }
    }

    private static double threshold(List<One> before, int k) {
        return before.stream()
                .filter(one -> one.label == k)
                .mapToDouble(one -> one.p[k])
                .average()
                .orElse(Double.NaN);
    }

    private static float[] distribution(int classes, SplittableRandom random) {
        float[] p = new float[classes];
        double sum = 0;
        double[] weights = new double[classes];
        for (int k = 0; k < classes; k++) {
            weights[k] = -Math.log(1 - random.nextDouble());
            sum += weights[k];
        }
        for (int k = 0; k < classes; k++) {
            p[k] = (float) (weights[k] / sum);
        }
        return p;
    }

    @Test
    void recoversTheNoiseWhereClassesAreSeparated() {
        for (int classes : new int[] {2, 3, 5, 10}) {
            double error = meanAbsoluteError(classes, 4.5, 0);
            System.out.printf("separated, %d classes: %.3f%n", classes, error);
            assertTrue(error <= .05, classes + ": " + error);
        }
    }

    @Test
    void ambiguousExamplesAndAModelThatRepeatsTheErrorsBreakIt() {
        for (int classes : new int[] {2, 5}) {
            for (double separation : new double[] {3, 2, 1}) {
                System.out.printf(
                        "separation %.0f, %d classes: %.3f%n",
                        separation, classes, meanAbsoluteError(classes, separation, 0));
            }
            assertTrue(meanAbsoluteError(classes, 1, 0) > .05);
            for (double repeated : new double[] {.3, .6}) {
                double error = meanAbsoluteError(classes, 4.5, repeated);
                System.out.printf(
                        "separated, %d classes, %.1f of the labels repeated: %.3f%n",
                        classes, repeated, error);
                assertTrue(error > .05, classes + ": " + error);
            }
        }
    }

    /**
     * Over noise .1 to .4 and ten streams of 5,000 examples each: features are normal around
     * separation·e_k, the model knows P(label | features).
     *
     * @param repeated share of the examples whose label the model has seen and repeats
     */
    private static double meanAbsoluteError(int classes, double separation, double repeated) {
        SplittableRandom random = new SplittableRandom(9);
        double sum = 0;
        int runs = 0;
        for (double noise : new double[] {.1, .2, .3, .4}) {
            for (int run = 0; run < 5; run++) {
                ConfidentJoint joint = ConfidentJoint.empty(classes);
                long wrong = 0;
                for (int i = 0; i < 5_000; i++) {
                    int truth = random.nextInt(classes);
                    int label =
                            random.nextDouble() < noise
                                    ? (truth + 1 + random.nextInt(classes - 1)) % classes
                                    : truth;
                    wrong += label == truth ? 0 : 1;
                    float[] p = noisy(truth, classes, separation, noise, random);
                    if (random.nextDouble() < repeated) {
                        p = new float[classes];
                        p[label] = 1;
                    }
                    joint.add(label, p);
                }
                sum += Math.abs(requireNonNull(joint.noiseRate()) - wrong / 5_000.);
                runs++;
            }
        }
        return sum / runs;
    }

    /** P(label | features). */
    private static float[] noisy(
            int truth, int classes, double separation, double noise, SplittableRandom random) {
        double[] weights = new double[classes];
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            double x = random.nextGaussian() + (k == truth ? separation : 0);
            weights[k] = Math.exp(separation * x);
            sum += weights[k];
        }
        float[] p = new float[classes];
        for (int k = 0; k < classes; k++) {
            double clean = weights[k] / sum;
            p[k] = (float) (clean * (1 - noise) + (1 - clean) * noise / (classes - 1));
        }
        return p;
    }

    @Test
    void withoutExamplesOrCountsNothingIsDefined() {
        ConfidentJoint joint = ConfidentJoint.empty(2);
        assertNull(joint.noiseRate());
        assertNull(joint.threshold(0));
        assertEquals(-1, joint.add(0, new float[] {.9f, .1f})); // no threshold yet
        assertEquals(1, joint.n());
        assertNull(joint.noiseRate());
        assertEquals(0, joint.add(0, new float[] {.95f, .05f}));
        assertEquals(0, requireNonNull(joint.noiseRate()));
        assertArrayEquals(new double[] {1, 0}, requireNonNull(joint.given(0)));
        assertNull(joint.given(1));
        assertThrows(IllegalArgumentException.class, () -> joint.add(0, new float[3]));
        assertThrows(IllegalArgumentException.class, () -> ConfidentJoint.empty(1));
    }

    @Test
    void storedCountsGoOnAsBefore() {
        SplittableRandom random = new SplittableRandom(3);
        ConfidentJoint joint = ConfidentJoint.empty(3);
        ConfidentJoint stored = ConfidentJoint.empty(3);
        for (int i = 0; i < 100; i++) {
            int label = random.nextInt(3);
            float[] p = distribution(3, random);
            stored = ConfidentJoint.of(3, stored.toArray());
            assertEquals(joint.add(label, p), stored.add(label, p));
        }
        assertArrayEquals(joint.toArray(), stored.toArray());
        assertThrows(IllegalArgumentException.class, () -> ConfidentJoint.of(3, new long[14]));
        assertThrows(
                IllegalArgumentException.class,
                () -> ConfidentJoint.of(2, 1, 1, 1, 1, 1, 1, 1, -1));
    }

    @Test
    void mergedPartsHaveTheSumsOfTheirCounts() {
        ConfidentJoint one = ConfidentJoint.empty(2);
        ConfidentJoint other = ConfidentJoint.empty(2);
        for (int i = 0; i < 4; i++) {
            one.add(0, new float[] {.9f, .1f});
            other.add(i % 2, new float[] {.5f, .5f});
        }
        ConfidentJoint sum = one.merge(other);
        assertEquals(8, sum.n());
        assertEquals(.9 * 4 / 6 + .5 * 2 / 6, requireNonNull(sum.threshold(0)), 1e-6);
        assertThrows(IllegalArgumentException.class, () -> one.merge(ConfidentJoint.empty(3)));
    }
}
