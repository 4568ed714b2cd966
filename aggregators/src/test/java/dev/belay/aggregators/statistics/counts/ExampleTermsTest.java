package dev.belay.aggregators.statistics.counts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExampleTermsTest {
    private static final int ONE_BITS = Float.floatToRawIntBits(1);
    private static final int ONE_TEN_MILLIONTH = Float.floatToRawIntBits(1e-7f);

    @Test
    void logLossIsThatOfStrictMathWhicheverLogarithmWasAsked() {
        SplittableRandom random = new SplittableRandom(3);
        float[] p = new float[1];
        for (int i = 0; i < 2_000_000; i++) {
            p[0] =
                    i < 1_000_000
                            ? (float) random.nextDouble()
                            : 1 - (float) random.nextDouble() / 1_000;
            double clipped = Math.max(p[0], 1e-7);
            assertEquals(
                    (long) Math.rint(-StrictMath.log(clipped) * (1 << 24)),
                    ExampleTerms.logLoss(p, 0, 0),
                    () -> "p " + p[0]);
        }
    }

    @Test
    void logarithmsOfAllSizesAreWithinWhatRoundingAllows() {
        SplittableRandom random = new SplittableRandom(5);
        float[] p = {0};
        assertEquals(ExampleTerms.fixed(-StrictMath.log(1e-7)), ExampleTerms.logLoss(p, 0, 0));
        for (int i = 0; i < 2_000_000; i++) {
            // the first bits choose the reciprocal, the exponent the size: all of them come by
            float q = Float.intBitsToFloat(random.nextInt(ONE_TEN_MILLIONTH, ONE_BITS + 1));
            double exact = -StrictMath.log(q);
            assertEquals(exact, ExampleTerms.minusLog(q), 0x1p-45, () -> "p " + q);
            p[0] = q;
            assertEquals(ExampleTerms.fixed(exact), ExampleTerms.logLoss(p, 0, 0), () -> "p " + q);
        }
    }

    @Test
    void twoClassesAreSummedAsAnyNumberOfThemIs() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 100_000; i++) {
            float w0 = (float) random.nextDouble();
            float s0 = (float) random.nextDouble();
            float[] w = {w0, 1 - w0};
            float[] s = {s0, 1 - s0};
            int truth = random.nextInt(2);
            double brier = 0;
            double misfit = 0;
            double cross = 0;
            for (int k = 0; k < 2; k++) {
                double y = k == truth ? 1 : 0;
                brier += ((double) s[k] - y) * ((double) s[k] - y);
                misfit += ((double) w[k] - s[k]) * ((double) w[k] - s[k]);
                cross += ((double) w[k] - s[k]) * ((double) s[k] - y);
            }
            assertEquals(ExampleTerms.fixed(brier), ExampleTerms.brier(s, 0, 2, truth));
            assertEquals(ExampleTerms.fixed(misfit), ExampleTerms.misfit(w, 0, s, 0, 2));
            assertEquals(ExampleTerms.fixed(2 * cross), ExampleTerms.cross(w, 0, s, 0, 2, truth));
        }
    }
}
