package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.counting.Slices;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of belay.slices. */
class SliceRowsTest {
    private static final Lateness LATENESS =
            new Lateness(List.of(), Duration.ZERO, Duration.ofDays(7));
    private static final int MANY = 250;
    private static final int MOST = 200;

    @Test
    void aSliceIsCompleteWithTheWholeAndIsNoRowOfMetrics(@TempDir Path state) {
        try (Harness harness = new Harness(state, 1)) {
            // Given: weak is wrong on French, the student on one of them; of 40 examples each
            harness.spec(spec("weak", "truth", null));
            harness.spec(spec("naive", "weak", null));
            harness.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
            harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
            List<String> ids = ids(80);
            for (int i = 0; i < 80; i++) {
                harness.truth(truth(ids.get(i), 0, Map.of("lang", i < 40 ? "de" : "fr")));
            }
            int[] weak = IntStream.range(0, 80).map(i -> i < 40 ? 0 : 1).toArray();
            int[] naive = IntStream.range(0, 80).map(i -> i == 40 ? 1 : 0).toArray();
            harness.block(Blocks.sweep("weak", 1, 80, 0, ids, weak));
            // When: half of the student's sweep
            int[] half = Arrays.copyOf(naive, 40);
            harness.block(Blocks.sweep("naive", 1, 80, 0, ids.subList(0, 40), half));
            // Then
            assertTrue(harness.metrics().isEmpty());
            assertTrue(harness.slices().isEmpty());
            // When: the rest
            int[] rest = Arrays.copyOfRange(naive, 40, 80);
            harness.block(Blocks.sweep("naive", 1, 80, 0, ids.subList(40, 80), rest));
            // Then
            Set<String> rows = harness.metrics().keySet();
            assertEquals(Set.of(id("naive") + "|1|HOLDOUT|cumulative"), rows);
            assertEquals(
                    Set.of("lang=de", "lang=fr"),
                    harness.slices().values().stream()
                            .map(PairMetrics::getSlice)
                            .collect(Collectors.toSet()));
            PairMetrics french = slice(harness.slices(), 1, "lang=fr");
            assertEquals(40, french.getN());
            assertEquals(0.0, requireNonNull(french.getSupervisorAccuracy()).getValue());
            assertEquals(39 / 40.0, requireNonNull(french.getStudentAccuracy()).getValue());
            assertNotNull(requireNonNull(french.getGain()).getLow());
            assertNull(french.getGate());
            assertNull(french.getBestLabelAgreement());
            // When: an example changes its tag, and another its truth
            int before = harness.events();
            harness.truth(truth(ids.get(40), 0, 1, Map.of("lang", "de")));
            harness.truthTakenBack(ids.get(41), 1);
            // Then
            harness.metrics();
            assertEquals(38, slice(harness.slices(), 1, "lang=fr").getN());
            assertEquals(41, slice(harness.slices(), 1, "lang=de").getN());
            assertEquals(before + 1, harness.events());
        }
    }

    @Test
    void aTagAloneChangesNoRowOfMetrics(@TempDir Path state) {
        try (Harness harness = new Harness(state, 1)) {
            // Given
            harness.spec(spec("weak", "truth", null));
            harness.spec(spec("naive", "weak", null));
            harness.truth(truth("e0", 0, Map.of("lang", "de")));
            harness.block(Blocks.asLabels(Blocks.progressive("weak", 1, 0, List.of("e0"), 0)));
            harness.block(Blocks.progressive("naive", 1, 0, List.of("e0"), 1));
            int before = harness.events();
            String stream = id("naive") + "|any|PROGRESSIVE|cumulative|lang=";
            assertEquals(1, requireNonNull(harness.slices().get(stream + "de")).getN());
            // When
            harness.truth(truth("e0", 0, 1, Map.of("lang", "fr")));
            // Then
            assertEquals(before, harness.events());
            assertEquals(0, requireNonNull(harness.slices().get(stream + "de")).getN());
            assertEquals(1, requireNonNull(harness.slices().get(stream + "fr")).getN());
            assertEquals(
                    1.0,
                    requireNonNull(harness.slices().get(stream + "fr"))
                            .getSupervisorAccuracy()
                            .getValue());
        }
    }

    @Test
    void slicesBeyondTheMostOfAStudentAreTogetherInOther(@TempDir Path state) {
        try (Harness harness = new Harness(state, 1)) {
            // Given
            harness.spec(spec("weak", "truth", null));
            harness.spec(spec("naive", "weak", null));
            harness.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
            harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
            List<String> ids = ids(MANY);
            for (String id : ids) {
                harness.truth(truth(id, 0, Map.of("user", id, "lang", "de")));
            }
            // When
            harness.block(Blocks.sweep("weak", 1, MANY, 0, ids, new int[MANY]));
            harness.block(Blocks.sweep("naive", 1, MANY, 0, ids, new int[MANY]));
            harness.metrics();
            // Then: lang=de and 250 users are 251 slices
            Map<String, PairMetrics> slices = harness.slices();
            assertEquals(MOST + 1, slices.size());
            assertEquals(2 * MANY, n(slices, 1));
            PairMetrics other = slice(slices, 1, Slices.OTHER);
            assertTrue(other.getN() >= MANY + 1 - MOST);
            assertNotNull(other.getStudentAccuracy());
            assertNull(other.getStudentAccuracy().getLow());
            assertNull(other.getAnytimeGain());
            assertNotNull(harness.metrics("naive", 1, Phase.HOLDOUT).getStudentAccuracy().getLow());
        }
    }

    @Test
    void aSliceHasTheClustersOfItsOwnExamples() {
        // Given: 30 groups of German, 20 of French, all of two examples
        Cluster cluster = new Cluster(2, LATENESS);
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
        List<String> ids = ids(100);
        for (int i = 0; i < 100; i++) {
            cluster.truth(
                    Truth.newBuilder(truth(ids.get(i), 0, Map.of("lang", i < 60 ? "de" : "fr")))
                            .setGroup("g" + i / 2)
                            .build());
        }
        // When
        cluster.block(Blocks.sweep("weak", 1, 100, 0, ids, new int[100]));
        cluster.block(Blocks.sweep("naive", 1, 100, 0, ids, new int[100]));
        PairMetrics whole =
                requireNonNull(cluster.metrics().get(id("naive") + "|1|HOLDOUT|cumulative"));
        // Then
        PairMetrics german = slice(cluster.slices(), 1, "lang=de");
        PairMetrics french = slice(cluster.slices(), 1, "lang=fr");
        assertEquals(60, german.getGrouped());
        assertEquals(40, french.getGrouped());
        // groups of both languages may share a cluster: there are 1,024
        assertTrue(german.getClusters().getClusters() <= 30);
        assertTrue(french.getClusters().getClusters() <= 20);
        assertTrue(
                german.getClusters().getClusters() + french.getClusters().getClusters()
                        >= whole.getClusters().getClusters());
        assertNotNull(requireNonNull(french.getGain()).getLow());
    }

    @Test
    void slicesKeepTheirRowsOverRestarts() {
        // Given
        Cluster cluster = new Cluster(3, LATENESS);
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
        cluster.checkpoint(checkpoint("naive", 2, State.FINISHED, 512));
        List<String> ids = ids(MANY);
        List<String> first = ids.subList(0, 220);
        first.forEach(id -> cluster.truth(truth(id, 0, Map.of("user", id))));
        cluster.block(Blocks.sweep("weak", 1, 0, 0, ids, new int[MANY]));
        cluster.block(Blocks.sweep("naive", 1, 0, 0, ids, new int[MANY]));
        cluster.metrics();
        Set<String> before = names(cluster.slices(), 1);
        assertEquals(MOST + 1, before.size());
        // When
        cluster.restart();
        ids.subList(220, MANY).forEach(id -> cluster.truth(truth(id, 0, Map.of("user", id))));
        cluster.block(Blocks.sweep("naive", 2, 0, 0, ids, new int[MANY]));
        cluster.metrics();
        // Then
        assertEquals(before, names(cluster.slices(), 1));
        assertEquals(before, names(cluster.slices(), 2));
        for (long k = 1; k <= 2; k++) {
            assertEquals(MANY, n(cluster.slices(), k));
            assertEquals(MANY - MOST, slice(cluster.slices(), k, Slices.OTHER).getN());
        }
        // When: all begins again from the stores
        Map<String, PairMetrics> told = new HashMap<>(cluster.slices());
        cluster.restart();
        cluster.metrics();
        // Then
        assertEquals(told, cluster.slices());
    }

    @Test
    void absurdTagsAreCountedTogether(@TempDir Path state) {
        try (Harness harness = new Harness(state, 3)) {
            // Given
            harness.spec(spec("weak", "truth", null));
            harness.spec(spec("naive", "weak", null));
            Map<String, String> tags = new HashMap<>();
            for (int i = 0; i < 500; i++) {
                tags.put("\u0000|%" + i, "\u00e9".repeat(10_000));
            }
            tags.put("\u0000", "|%"); // the first in order
            // When: of strays too
            List<String> ids = ids(9);
            for (String id : ids) {
                harness.truth(truth(id, 0, tags));
            }
            harness.block(Blocks.asLabels(Blocks.progressive("weak", 1, 0, ids, new int[9])));
            harness.block(Blocks.progressive("naive", 1, 0, ids, new int[9]));
            harness.metrics();
            // Then
            String stream = id("naive") + "|any|PROGRESSIVE|cumulative|";
            assertEquals(
                    Set.of(stream + "\u0000=%7C%25", stream + "other"), harness.slices().keySet());
            harness.slices().values().forEach(row -> assertEquals(9, row.getN()));
            assertTrue(harness.deadLetters().isEmpty());
        }
    }

    @Test
    void thereAreNoSlicesWithoutTags(@TempDir Path state) {
        try (Harness harness = new Harness(state, 1)) {
            harness.spec(spec("weak", "truth", null));
            harness.spec(spec("naive", "weak", null));
            harness.truth("e0", 0, 0);
            harness.block(Blocks.asLabels(Blocks.progressive("weak", 1, 0, List.of("e0"), 0)));
            harness.block(Blocks.progressive("naive", 1, 0, List.of("e0"), 1));
            assertFalse(harness.metrics().isEmpty());
            assertTrue(harness.slices().isEmpty());
        }
    }

    private static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "e" + i).toList();
    }

    private static Truth truth(String id, int label, Map<String, String> tags) {
        return truth(id, label, 0, tags);
    }

    private static Truth truth(String id, int label, long timeMs, Map<String, String> tags) {
        return Truth.newBuilder(EventFactory.truth(id, label, timeMs)).setTags(tags).build();
    }

    private static PairMetrics slice(Map<String, PairMetrics> slices, long k, String slice) {
        @Nullable PairMetrics row =
                slices.get(id("naive") + "|" + k + "|HOLDOUT|cumulative|" + slice);
        return requireNonNull(row, () -> slice + " among " + slices.keySet());
    }

    private static long n(Map<String, PairMetrics> slices, long k) {
        return slices.values().stream()
                .filter(row -> row.getCheckpoint() == k)
                .mapToLong(PairMetrics::getN)
                .sum();
    }

    private static Set<String> names(Map<String, PairMetrics> slices, long k) {
        return slices.values().stream()
                .filter(row -> row.getCheckpoint() == k)
                .map(row -> String.valueOf(row.getSlice()))
                .collect(Collectors.toSet());
    }
}
