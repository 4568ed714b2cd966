package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.cli.report.SampleRun;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PastTest {
    private static final ModelSpec BOW = SampleRun.spec("bow", 0, "hashing", null, 100);
    private static final ModelSpec NAIVE = SampleRun.spec("naive", 0, "minilm", "bow", 100);
    private static final List<ModelSpec> NOW = List.of(BOW, NAIVE);
    private static final Map<String, ModelSpec> BOTH =
            Map.of(BOW.getId(), BOW, NAIVE.getId(), NAIVE);

    @Test
    void nothingBeforeIsTheFirstRun() {
        assertEquals(0, new Past(Map.of(), Map.of(), Set.of()).run(NOW, false, Set.of()));
        assertEquals(0, new Past(Map.of(), Map.of(), Set.of()).run(NOW, true, Set.of()));
    }

    @Test
    void theSameModelsAreTheSameRunUnlessAFreshOneIsAskedFor() {
        Past past = new Past(BOTH, Map.of(BOW.getId(), BOW.getSpecHash()), Set.of());
        assertEquals(0, past.run(NOW, false, Set.of()));
        assertEquals(1, past.run(NOW, true, Set.of()));
        assertEquals(1, past.run(List.of(BOW), false, Set.of()));
    }

    @Test
    void aStoppedModelGoesOnIfItsSpecIsWhatItWas() {
        Set<String> stopped = Set.of(NAIVE.getId());
        Map<String, ModelSpec> left = Map.of(BOW.getId(), BOW);
        assertEquals(
                0,
                new Past(left, Map.of(NAIVE.getId(), NAIVE.getSpecHash()), stopped)
                        .run(NOW, false, Set.of()));
        assertEquals(
                1,
                new Past(left, Map.of(NAIVE.getId(), "other"), stopped).run(NOW, false, Set.of()));
        assertEquals(0, new Past(left, Map.of(), stopped).run(NOW, false, Set.of()));
    }

    @Test
    void aRunOfWhichOnlyCheckpointsAreLeftIsNotRepeated() {
        Map<String, String> trained = Map.of("wordnet/bow#0@4", "other");
        assertEquals(5, new Past(BOTH, trained, Set.of()).run(NOW, false, Set.of()));
    }
}
