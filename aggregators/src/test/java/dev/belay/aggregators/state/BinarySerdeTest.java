package dev.belay.aggregators.state;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.TruthHistory;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class BinarySerdeTest {
    /** One version of truth as release 0.1.0 wrote it: class 2 at 1,000 ms. */
    private static final String RELEASE_0_1_0 = "03" + "01" + "00000002" + "00000000000003e8";

    private static final TruthHistory TRUTHS =
            new TruthHistory(List.of(new TruthHistory.Version(2, 1_000)));

    @Test
    void valuesOfThePreviousReleaseAndOfThisOneAreRead() {
        assertEquals(TRUTHS, read(bytes(RELEASE_0_1_0)));
        assertEquals(TRUTHS, read(Formats.TRUTHS.serializer().serialize("t", TRUTHS)));
    }

    @Test
    void valuesOfAnOlderReleaseAreRefusedWithWhatToDo() {
        byte[] older = bytes(RELEASE_0_1_0);
        older[0] = 2;

        assertEquals(
                "found version 2, expected 3 to 6: a release of Belay before the previous one has"
                        + " counted here; reset the application, so that it counts anew"
                        + " (docs/upgrading.md)",
                refused(older));
    }

    @Test
    void valuesOfANewerReleaseAreRefusedWithWhatToDo() {
        byte[] newer = bytes(RELEASE_0_1_0);
        newer[0] = 7;

        assertTrue(refused(newer).contains("start that one again"), refused(newer));
    }

    private static String refused(byte[] bytes) {
        var refused = assertThrows(SerializationException.class, () -> read(bytes));
        assertEquals("cannot read truth (14 bytes) from t", refused.getMessage());
        return requireNonNull(requireNonNull(refused.getCause()).getMessage());
    }

    private static TruthHistory read(byte[] bytes) {
        return Formats.TRUTHS.deserializer().deserialize("t", bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
