package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TruthDrawTest {
    @Test
    void theDrawIsTheHashOfSeedAndId() throws Exception {
        TruthDraw draw = new TruthDraw(.2, 7L);
        int drawn = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(("truth:7|e" + i).getBytes(StandardCharsets.UTF_8));
            double uniform =
                    new BigInteger(1, Arrays.copyOf(hash, 8)).shiftRight(11).doubleValue()
                            / (1L << 53);
            assertEquals(uniform < .2, draw.takes("e" + i));
            drawn += uniform < .2 ? 1 : 0;
        }
        assertEquals(1_000, drawn, 115); // four standard deviations
    }

    @Test
    void smallerSharesArePartsOfGreaterOnesAndSeedsDiffer() {
        int both = 0;
        for (int i = 0; i < 1_000; i++) {
            String id = "e" + i;
            assertTrue(!new TruthDraw(.1, 0L).takes(id) || new TruthDraw(.3, 0L).takes(id));
            both += new TruthDraw(.3, 0L).takes(id) && new TruthDraw(.3, 1L).takes(id) ? 1 : 0;
        }
        assertEquals(90, both, 36);
    }

    @Test
    void whereAnotherProgramDrawsEveryExampleCanHaveTruth() {
        assertTrue(new TruthDraw(.1, null).takes("any"));
    }

    @Test
    void aShareOfNoneOrAllIsRefused() {
        for (double share : new double[] {0, 1, -.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new TruthDraw(share, 0L));
        }
    }
}
