package dev.belay.models.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.loss.BalancedPredictions.Balance;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BalancedPredictionsTest {
    @Test
    void twoClassesAreBalancedAsTheLabelsAre() {
        // Given: the model leans to class 0 throughout; 40 % of the label mass is class 1
        float[][] p = {{.9f, .1f}, {.8f, .2f}, {.7f, .3f}, {.95f, .05f}, {.6f, .4f}};
        float[][] labels = {{.6f, .4f}, {.6f, .4f}, {.6f, .4f}, {.6f, .4f}, {.6f, .4f}};
        // When, Then: t = the .4-quantile of (.6 .7 .8 .9 .95) = .76
        assertArrayEquals(new int[] {0, 0, 1, 0, 1}, two(p, labels));
    }

    @Test
    void equalProbabilitiesFallToClassZero() {
        float[][] p = {{.5f, .5f}, {.5f, .5f}};
        assertArrayEquals(new int[] {0, 0}, two(p, p));
    }

    @Test
    void manyClassesAreBalancedAsTheLabelsAre() {
        // Given: 400 rows of a model that nearly always says class 0, labels .5 .3 .2
        var random = new Rng(3);
        double[][] logits = new double[400][3];
        float[][] labels = new float[400][];
        for (int i = 0; i < 400; i++) {
            logits[i] =
                    new double[] {
                        2 + random.nextDouble(), random.nextDouble(), random.nextDouble()
                    };
            labels[i] = new float[] {.5f, .3f, .2f};
        }
        float[][] p = softmax(logits);
        // When
        int[] count = new int[3];
        for (int k : BalancedPredictions.balanced(p, BalancedPredictions.balance(p, labels)))
            count[k]++;
        // Then
        assertEquals(200, count[0], 8);
        assertEquals(120, count[1], 8);
        assertEquals(80, count[2], 8);
    }

    @Test
    void manyClassesOffsetsMinimiseTheDual() {
        // Given
        var random = new Rng(9);
        double[][] logits = new double[200][4];
        for (double[] row : logits) for (int k = 0; k < 4; k++) row[k] = 4 * random.nextDouble();
        float[][] p = softmax(logits);
        float[][] labels = new float[200][];
        for (int i = 0; i < 200; i++) labels[i] = new float[] {.1f, .2f, .3f, .4f};
        double[] b = BalancedPredictions.balance(p, labels).offsets();
        double found = dual(p, b);
        // When, Then: no random direction leads lower by more than a thousandth
        for (int i = 0; i < 500; i++) {
            double[] other = b.clone();
            for (int k = 0; k < 4; k++) other[k] += 0.4 * (random.nextDouble() - 0.5);
            assertTrue(dual(p, other) > found - 0.001 * Math.abs(found));
        }
    }

    @Test
    void whereAllClassesAreRareBalancingIsOff() {
        float[][] p = {{.5f, .3f, .2f}};
        assertArrayEquals(new double[3], BalancedPredictions.balance(p, p).offsets());
    }

    @Test
    void batchOfOneIsJudgedAmongTheExamplesBeforeIt() {
        // Given: the labels say class 1 for half, so t is the median of p0 over both parts
        float[][] earlier = {{.2f, .8f}, {.4f, .6f}, {.6f, .4f}, {.8f, .2f}};
        float[][] labels = {{1, 0}, {1, 0}, {0, 1}, {0, 1}};
        float[][] one = {{.5f, .5f}};
        // When, Then: medians .4 of (.2 .3 .4 .6 .8) and .6 of (.2 .4 .6 .7 .8)
        float[][] low = {{.3f, .7f}};
        float[][] high = {{.7f, .3f}};
        assertArrayEquals(
                new int[] {1}, BalancedPredictions.balancedTwo(low, one, earlier, labels));
        assertArrayEquals(
                new int[] {0}, BalancedPredictions.balancedTwo(high, one, earlier, labels));
    }

    @Test
    void onlyTheRareClassIsPinned() {
        // Given: 400 rows, class 3 labelled twice; the model says class 0 nearly always, else 3
        var random = new Rng(3);
        double[][] logits = new double[400][4];
        float[][] labels = new float[400][4];
        for (int i = 0; i < 400; i++) {
            logits[i] =
                    new double[] {
                        2 + random.nextDouble(),
                        random.nextDouble(),
                        random.nextDouble(),
                        i % 20 == 0 ? 4 : -2
                    };
            labels[i][i < 2 ? 3 : i % 2 == 0 ? 0 : i % 5 < 3 ? 1 : 2] = 1;
        }
        float[][] p = softmax(logits);
        double[] wanted = new double[4];
        for (float[] label : labels) for (int k = 0; k < 4; k++) wanted[k] += label[k];
        // When
        int[] own = BalancedPredictions.balanced(p, BalancedPredictions.balance(p, labels));
        // Then: the rare class where it is the plain argmax, in 20 rows and no others
        int[] count = new int[4];
        for (int i = 0; i < 400; i++) {
            assertEquals(i % 20 == 0, own[i] == 3, "row " + i);
            count[own[i]]++;
        }
        // the others share the 380 rows that are left as their labels do
        double left = 380 / (wanted[0] + wanted[1] + wanted[2]);
        for (int k = 0; k < 3; k++) assertEquals(left * wanted[k], count[k], 8, "class " + k);
    }

    @Test
    void offsetsOfClassesThatAreNotPinnedMinimiseTheDualOfTheRowsLeftToThem() {
        // Given: class 1 is labelled in 4 of 200 rows
        var random = new Rng(9);
        double[][] logits = new double[200][4];
        for (double[] row : logits) for (int k = 0; k < 4; k++) row[k] = 4 * random.nextDouble();
        float[][] p = softmax(logits);
        float[][] labels = new float[200][];
        for (int i = 0; i < 200; i++) labels[i] = new float[] {.28f, .02f, .3f, .4f};
        double[] share = {.28 / .98, 0, .3 / .98, .4 / .98};
        float[][] left =
                Arrays.stream(p)
                        .filter(row -> BalancedPredictions.argmax(row) != 1)
                        .toArray(float[][]::new);
        // When
        Balance balance = BalancedPredictions.balance(p, labels);
        // Then
        assertArrayEquals(new boolean[] {false, true, false, false}, balance.pinned());
        assertEquals(0, balance.offsets()[1]);
        double found = dual(left, share, balance.offsets());
        for (int i = 0; i < 500; i++) {
            double[] other = balance.offsets().clone();
            for (int k = 0; k < 4; k++) other[k] += 0.4 * (random.nextDouble() - 0.5);
            assertTrue(dual(left, share, other) > found - 0.001 * Math.abs(found));
        }
    }

    private static int[] two(float[][] p, float[][] labels) {
        return BalancedPredictions.balancedTwo(p, labels, new float[0][], new float[0][]);
    }

    /** Of the classes with a share. */
    private static double dual(float[][] p, double[] share, double[] b) {
        double value = 0;
        for (float[] row : p) {
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < 4; k++)
                if (share[k] > 0) max = Math.max(max, Math.log(row[k]) - b[k]);
            value += max;
        }
        for (int k = 0; k < 4; k++) value += p.length * share[k] * b[k];
        return value;
    }

    private static double dual(float[][] p, double[] b) {
        return dual(p, new double[] {.1, .2, .3, .4}, b);
    }

    private static float[][] softmax(double[][] logits) {
        float[][] p = new float[logits.length][];
        for (int i = 0; i < p.length; i++) {
            double sum = 0;
            for (double l : logits[i]) sum += Math.exp(l);
            p[i] = new float[logits[i].length];
            for (int k = 0; k < p[i].length; k++) p[i][k] = (float) (Math.exp(logits[i][k]) / sum);
        }
        return p;
    }
}
