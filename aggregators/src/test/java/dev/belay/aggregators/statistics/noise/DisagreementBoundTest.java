package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Rate;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DisagreementBoundTest {

    @Test
    void theWorseLabelerErrsOnAtLeastHalfOfTheDisagreement() {
        SplittableRandom random = new SplittableRandom(4);
        for (int classes = 2; classes <= 10; classes++) {
            for (int run = 0; run < 50; run++) {
                double one = random.nextDouble();
                double other = random.nextDouble();
                long differ = 0;
                long[] wrong = new long[2];
                for (int i = 0; i < 300; i++) {
                    int a = random.nextDouble() < one ? 1 + random.nextInt(classes - 1) : 0;
                    int b = random.nextDouble() < other ? 1 + random.nextInt(classes - 1) : 0;
                    wrong[0] += a == 0 ? 0 : 1;
                    wrong[1] += b == 0 ? 0 : 1;
                    differ += a == b ? 0 : 1;
                }
                DisagreementBound bound = requireNonNull(DisagreementBound.of(differ, 300));
                assertTrue(Math.max(wrong[0], wrong[1]) / 300. >= bound.worse());
                assertTrue(bound.certain() <= bound.worse());
            }
        }
    }

    @Test
    void isHalfTheShareAndHalfItsLowerLimit() {
        DisagreementBound bound = requireNonNull(DisagreementBound.of(120, 400));
        assertEquals(.15, bound.worse(), 1e-12);
        assertEquals(requireNonNull(Rate.of(120, 400)).low() / 2, bound.certain(), 1e-12);
        assertEquals(400, bound.disagreement().n());
        assertEquals(0, requireNonNull(DisagreementBound.of(0, 400)).certain());
        assertEquals(.5, requireNonNull(DisagreementBound.of(400, 400)).worse());
        assertNull(DisagreementBound.of(0, 0));
    }
}
