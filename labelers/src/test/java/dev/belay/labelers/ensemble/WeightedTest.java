package dev.belay.labelers.ensemble;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.Labelers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightedTest extends EnsembleContract {
    @Override
    protected String kind() {
        return "weighted";
    }

    @Override
    float[] combined(float[] only) {
        return only;
    }

    /** Agreements ½ + ½, ½ and ½ of (1, 0, 0), (½, ½, 0) and (½, 0, ½): ¼ of the last two. */
    @Test
    void whoAgreesWithTheOthersHasMoreWeight() {
        assertArrayEquals(
                new double[] {1, .75, .75},
                Weighted.agreements(
                        List.of(
                                new float[] {1, 0, 0},
                                new float[] {.5f, .5f, 0},
                                new float[] {.5f, 0, .5f})),
                1e-9);
        assertAnswer(new float[][] {{1, 0, 0}, {.5f, .5f, 0}, {.5f, 0, .5f}}, .7f, .15f, .15f);
        // who contradicts all others has none
        assertAnswer(new float[][] {{1, 0, 0}, {1, 0, 0}, {0, 1, 0}}, 1, 0, 0);
    }

    @Test
    void ofTwoVotesAndWhereAllContradictEachOtherAllWeightsAreEqual() {
        assertAnswer(new float[][] {{1, 0, 0}, {}, {0, .5f, .5f}}, .5f, .25f, .25f);
        assertAnswer(new float[][] {{.75f, .25f, 0}, {}, {.25f, .75f, 0}}, .5f, .5f, 0);
        assertAnswer(new float[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 1 / 3f, 1 / 3f, 1 / 3f);
    }

    @Test
    void fixedWeightsAreThoseOfTheSourcesByName() {
        Map<String, String> weights = Map.of("weights", "{\"c\": 1, \"a\": 2, \"b\": 5}");
        float[][] rows = {{1, 0, 0}, {}, {.25f, .75f, 0}};
        assertAnswer(weights, rows, .75f, .25f, 0);
    }

    @Test
    void aSourceWithoutWeightIsAFailureThatNamesIt() {
        Map<String, String> weights = Map.of("weights", "{\"a\": 2, \"b\": 5}");
        float[][] rows = {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}};
        var failure =
                assertThrows(LabelerException.class, () -> assertAnswer(weights, rows, 1, 0, 0));
        assertTrue(String.valueOf(failure.getMessage()).contains("none for source 'c'"));
    }

    @Test
    void weightsThatAreNoneAreRefused() {
        for (String wrong : List.of("truth", "[1, 2]", "{}", "{\"a\": 0}", "{\"a\": -1}")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Labelers.check(kind(), CLASSES, Map.of("weights", wrong), 2),
                    wrong);
        }
    }
}
