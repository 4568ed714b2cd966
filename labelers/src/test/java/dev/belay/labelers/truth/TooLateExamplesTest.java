package dev.belay.labelers.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TooLateExamplesTest {
    @Test
    void eachPowerOfTenIsReportedWithBothDelays() {
        // Given
        TooLateExamples tooLate = new TooLateExamples();
        List<String> lines = new ArrayList<>();
        // When
        for (int i = 1; i <= 2_464; i++) {
            String line = tooLate.add(days(35 + i % 57), days(7));
            if (line != null) {
                lines.add(line);
            }
        }
        // Then
        assertEquals(4, lines.size(), lines::toString);
        assertNotNull(lines.get(3));
        for (String part :
                List.of(
                        "1,000 examples",
                        "35d to 91d later",
                        "labeler.truth-horizon is 7d",
                        "another task.name")) {
            assertTrue(lines.get(3).contains(part), lines::toString);
        }
    }

    private static long days(int n) {
        return Duration.ofDays(n).toMillis();
    }
}
