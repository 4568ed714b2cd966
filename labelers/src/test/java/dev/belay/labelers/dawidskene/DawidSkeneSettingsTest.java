package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class DawidSkeneSettingsTest {
    private static void refused(
            String message,
            int classes,
            List<String> sources,
            List<Double> prior,
            double smoothing,
            double exponent) {
        assertEquals(
                message,
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        new DawidSkeneSettings(
                                                classes,
                                                sources,
                                                Model.FULL,
                                                Abstentions.OUTCOME,
                                                prior,
                                                smoothing,
                                                1,
                                                exponent,
                                                0))
                        .getMessage());
    }

    @Test
    void wrongValuesAreRefusedByName() {
        List<String> ab = List.of("a", "b");
        refused("classes: found 1, expected 2 or more", 1, ab, List.of(), 1, 1);
        refused("sources: found [], expected at least one", 2, List.of(), List.of(), 1, 1);
        refused(
                "sources: found [a, a], expected distinct names",
                2,
                List.of("a", "a"),
                List.of(),
                1,
                1);
        refused(
                "classPrior: found [0.5, 0.6], expected 2 probabilities above 0 with a sum of 1, or"
                        + " none",
                2,
                ab,
                List.of(.5, .6),
                1,
                1);
        refused("smoothing: found 0.0, expected a number above 0", 2, ab, List.of(), 0, 1);
        refused("smoothing: found NaN, expected a number above 0", 2, ab, List.of(), Double.NaN, 1);
        refused("stepExponent: found 0.5, expected a number in (0.5, 1]", 2, ab, List.of(), 1, .5);
        refused(
                "sources · K · (K + 1): found 200020000, expected at most 134217728",
                10_000,
                ab,
                List.of(),
                1,
                1);
    }
}
