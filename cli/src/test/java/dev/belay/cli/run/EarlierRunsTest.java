package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.cli.report.SampleRun;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EarlierRunsTest {
    private static final ModelSpec BOW = SampleRun.spec("bow", 0, "hashing", null, 100);
    private static final ModelSpec NAIVE = SampleRun.spec("naive", 0, "minilm", "bow", 100);
    private static final List<ModelSpec> NOW = List.of(BOW, NAIVE);
    private static final Map<String, ModelSpec> BOTH =
            Map.of(BOW.getId(), BOW, NAIVE.getId(), NAIVE);

    @Test
    void nothingBeforeIsTheFirstRun() {
        assertEquals(0, new EarlierRuns(Map.of(), Map.of(), Set.of()).run(NOW, false, Set.of()));
        assertEquals(0, new EarlierRuns(Map.of(), Map.of(), Set.of()).run(NOW, true, Set.of()));
    }

    @Test
    void theSameModelsAreTheSameRunUnlessAFreshOneIsAskedFor() {
        EarlierRuns past = new EarlierRuns(BOTH, Map.of(BOW.getId(), BOW.getSpecHash()), Set.of());
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
                new EarlierRuns(left, Map.of(NAIVE.getId(), NAIVE.getSpecHash()), stopped)
                        .run(NOW, false, Set.of()));
        assertEquals(
                1,
                new EarlierRuns(left, Map.of(NAIVE.getId(), "other"), stopped)
                        .run(NOW, false, Set.of()));
        assertEquals(0, new EarlierRuns(left, Map.of(), stopped).run(NOW, false, Set.of()));
    }

    @Test
    void aRunOfWhichOnlyCheckpointsAreLeftIsNotRepeated() {
        Map<String, String> trained = Map.of("wordnet/bow#0@4", "other");
        assertEquals(5, new EarlierRuns(BOTH, trained, Set.of()).run(NOW, false, Set.of()));
    }

    @Test
    void aRunThatAnotherReleaseHashedDifferentlyGoesOnWithItsHash() {
        // Given: what is there has the same settings and the hash of another release
        ModelSpec old = ModelSpec.newBuilder(NAIVE).setSpecHash("of 0.1").build();
        Map<String, ModelSpec> then = Map.of(BOW.getId(), BOW, old.getId(), old);
        EarlierRuns past = new EarlierRuns(then, Map.of(old.getId(), "of 0.1"), Set.of());
        // When, Then
        assertEquals(0, past.run(NOW, false, Set.of()));
        assertEquals(List.of(BOW, old), past.keepHashes(NOW, 0));
        // with another setting it is another run, and has its own hash
        ModelSpec changed = ModelSpec.newBuilder(NAIVE).setPasses(7).build();
        assertEquals(1, past.run(List.of(BOW, changed), false, Set.of()));
        assertEquals(List.of(BOW, changed), past.keepHashes(List.of(BOW, changed), 1));
    }
}
