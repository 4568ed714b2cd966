package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.run.RunCompletion.Growing;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunCompletionTest {
    private static final int HOLDOUT = 2000;

    private static RunCompletion completion(List<ModelSpec> specs, long holdout) {
        return new RunCompletion(specs, holdout, models -> 0);
    }

    @Test
    void aRunWhoseModelsFinishedAndWereComparedIsComplete() {
        RunResults results = SampleRun.finished(2, 4);
        assertEquals(List.of(), completion(results.specs(), HOLDOUT).missing(results));
        List<String> missing = completion(results.specs(), HOLDOUT + 1).missing(results);
        assertEquals(6, missing.size());
        assertEquals(
                "wordnet/naive#0@0: its final comparison with wordnet/bow#0@0", missing.get(0));
    }

    @Test
    void aBaselinesFinalComparisonIsAwaitedUnlessItsOtherHasFailed() {
        // Given: a finished run, and a model on truth that is compared with the supervisor
        RunResults results = SampleRun.finished(1, 4);
        ModelSpec baseline =
                ModelSpec.newBuilder(SampleRun.spec("base", 0, "minilm", null, 1024))
                        .setComparedWith(SampleRun.id("bow", 0))
                        .build();
        results.add(baseline);
        results.add(SampleRun.checkpoint(baseline.getId(), 4, State.FINISHED, null));
        RunCompletion completion = completion(results.specs(), HOLDOUT);
        // Then
        assertEquals(
                List.of("wordnet/base#0@0: 4 checkpoints to compare with wordnet/bow#0@0"),
                completion.missing(results));
        // When its rows arrive, as good as those of a student
        for (PairMetrics row : results.holdoutRows()) {
            if (row.getStudent().equals(SampleRun.id("naive", 0))) {
                results.add(PairMetrics.newBuilder(row).setStudent(baseline.getId()).build());
            }
        }
        // Then
        assertEquals(List.of(), completion.missing(results));
        // When the other one never labels, it is not waited for
        RunResults failed = new RunResults("wordnet", "wordnet-physical");
        failed.add(SampleRun.spec("bow", 0, "hashing", null, 256));
        failed.add(baseline);
        failed.add(SampleRun.checkpoint(SampleRun.id("bow", 0), 1, State.FAILED, "NaN"));
        assertEquals(List.of(), completion(failed.specs(), HOLDOUT).missing(failed));
    }

    @Test
    void examplesThatAModelOfThePairCannotEncodeAreAccountedFor() {
        // Given: sweeps lack three examples of the holdout
        RunResults results = SampleRun.finished(1, 4);
        PairMetrics row = results.finalRows().get(0);
        Set<String> pair = new HashSet<>(List.of(row.getSupervisor(), row.getStudent()));
        pair.add(row.getCeiling());
        // When the dead letters name fewer
        RunCompletion fewer = new RunCompletion(results.specs(), HOLDOUT + 3, models -> 2);
        // Then
        assertTrue(fewer.missing(results).size() > 0);
        // When
        List<Set<String>> requested = new ArrayList<>();
        RunCompletion all =
                new RunCompletion(
                        results.specs(),
                        HOLDOUT + 3,
                        models -> {
                            requested.add(new HashSet<>(models));
                            return 3;
                        });
        // Then
        assertEquals(List.of(), all.missing(results));
        assertTrue(requested.contains(pair), requested::toString);
        // When more examples are counted than the holdout has
        assertTrue(
                new RunCompletion(results.specs(), HOLDOUT - 1, models -> 3).missing(results).size()
                        > 0);
    }

    @Test
    void aLastRowEmittedBeforeAnEarlierCheckpointsRowIsWaitedFor() {
        // Given: the last row, emitted before the row of a better checkpoint
        RunResults results = SampleRun.finished(1, 4);
        PairMetrics last = results.finalRows().get(0);
        results.add(PairMetrics.newBuilder(last).setBestPgr(new Best(1L, .01)).build());
        // Then
        assertEquals(1, completion(results.specs(), HOLDOUT).missing(results).size());
        // When
        results.add(last);
        // Then
        assertEquals(List.of(), completion(results.specs(), HOLDOUT).missing(results));
    }

    @Test
    void theLastOnTheStreamIsExpectedUntilItCountsAllThatStudentAndCeilingLearned() {
        // Given: all is compared on the holdout, but not all that was predicted is counted
        RunResults results = SampleRun.finished(1, 4);
        RunCompletion completion = completion(results.specs(), HOLDOUT);
        PairMetrics row = results.streamRows().get(0);
        results.add(stream(row, 900, 0));
        assertEquals(List.of(), completion.missing(results));
        // Then
        assertEquals(
                List.of(new Growing(row.getStudent(), 900, 1024, true)),
                completion.growing(results));
        // When: of an earlier checkpoint all is there
        results.add(
                PairMetrics.newBuilder(stream(row, 1024, 0))
                        .setCheckpoint(row.getCheckpoint() - 1)
                        .build());
        // Then
        assertEquals(1, completion.growing(results).size());
        // When
        results.add(stream(row, 1024, 0));
        // Then
        assertEquals(List.of(), completion.growing(results));
    }

    @Test
    void aStudentWithoutARowOfTheStreamIsExpectedToo() {
        RunResults all = SampleRun.finished(1, 4);
        RunResults results = new RunResults("x", "x");
        all.specs().forEach(results::add);
        for (ModelSpec spec : all.specs()) {
            results.add(SampleRun.checkpoint(spec.getId(), 4, State.FINISHED, null));
        }
        List<Growing> growing = completion(all.specs(), HOLDOUT).growing(results);
        assertEquals(3, growing.size());
        assertEquals(new Growing(SampleRun.id("naive", 0), 0, 1024, true), growing.get(0));
    }

    @Test
    void aStreamRowThatMayNeverBeCompleteIsNotCertain() {
        // Given: truth that is missing, perhaps for good
        RunResults results = SampleRun.finished(1, 4);
        RunCompletion completion = completion(results.specs(), HOLDOUT);
        PairMetrics row = results.streamRows().get(0);
        results.add(stream(row, 1000, 24));
        // Then
        assertEquals(
                List.of(new Growing(row.getStudent(), 1000, 1024, false)),
                completion.growing(results));
        // Given: a ceiling that has learned from fewer
        RunResults fewer = SampleRun.finished(1, 4);
        fewer.add(
                Checkpoint.newBuilder(
                                SampleRun.checkpoint(
                                        SampleRun.id("ceiling", 0), 5, State.FINISHED, null))
                        .setExamplesSeen(512)
                        .build());
        fewer.add(stream(row, 500, 0));
        // Then
        assertEquals(
                List.of(new Growing(row.getStudent(), 500, 512, false)), completion.growing(fewer));
        // When
        fewer.add(stream(row, 512, 0));
        // Then
        assertEquals(List.of(), completion.growing(fewer));
    }

    @Test
    void whereTruthIsSampledExamplesWithoutItAreCountedButMoreTruthMayStillBe() {
        // Given
        RunResults results = SampleRun.finished(1, 4);
        PairMetrics row = results.streamRows().get(0);
        List<ModelSpec> specs =
                results.specs().stream()
                        .map(spec -> ModelSpec.newBuilder(spec).setTruthSampled(.1).build())
                        .toList();
        specs.forEach(results::add);
        for (PairMetrics other : results.streamRows().subList(1, 3)) {
            results.add(stream(other, 1024, 0));
        }
        // When all are predicted, then what is left is not certain
        results.add(stream(row, 100, 924));
        assertEquals(
                List.of(new Growing(row.getStudent(), 1024, 1024, false)),
                completion(specs, HOLDOUT).growing(results));
        // When some are not, it is
        results.add(stream(row, 90, 900));
        assertEquals(
                List.of(new Growing(row.getStudent(), 990, 1024, true)),
                completion(specs, HOLDOUT).growing(results));
    }

    @Test
    void aProvisionalRowIsEmittedAgainUnlessItsCeilingFails() {
        // Given
        RunResults results = SampleRun.finished(1, 4);
        RunCompletion completion = completion(results.specs(), HOLDOUT);
        PairMetrics row = results.streamRows().get(0);
        results.add(PairMetrics.newBuilder(stream(row, 1024, 0)).setProvisional(true).build());
        assertEquals(1, completion.growing(results).size());
        // When its ceiling fails
        results.add(SampleRun.checkpoint(SampleRun.id("ceiling", 0), 5, State.FAILED, "NaN"));
        // Then
        assertEquals(List.of(), completion.growing(results));
    }

    private static PairMetrics stream(PairMetrics row, long n, long withoutTruth) {
        return PairMetrics.newBuilder(row).setN(n).setWithoutTruth(withoutTruth).build();
    }

    @Test
    void whenASupervisorFailsTheOthersAreWaitedForAndItsStudentsAreNot() {
        // Given a supervisor that failed at once, its students, and a ceiling that learns
        RunResults results = new RunResults("x", "x");
        List<ModelSpec> specs =
                List.of(
                        SampleRun.spec("bow", 0, "hashing", null, 1024),
                        SampleRun.spec("naive", 0, "minilm", "bow", 1024),
                        SampleRun.spec("next", 0, "minilm", "naive", 1024),
                        SampleRun.spec("ceiling", 0, "minilm", null, 1024));
        specs.forEach(results::add);
        RunCompletion completion = completion(specs, HOLDOUT);
        assertEquals(4, completion.missing(results).size());
        // When
        results.add(SampleRun.checkpoint(SampleRun.id("bow", 0), 1, State.FAILED, "NaN"));
        // Then
        assertOnlyMissing("ceiling", completion.missing(results));
        // When it has finished
        results.add(SampleRun.checkpoint(SampleRun.id("ceiling", 0), 4, State.FINISHED, null));
        // Then
        assertEquals(List.of(), completion.missing(results));
        assertEquals(1, results.failures().size());
    }

    @Test
    void whenASupervisorFailsStudentsOfLabelersThatReadItAreNotWaitedFor() {
        // Given
        RunResults results = new RunResults("x", "x");
        List<ModelSpec> specs =
                List.of(
                        SampleRun.spec("bow", 0, "hashing", null, 1024),
                        SampleRun.spec("of-top", 0, "minilm", "top", 1024),
                        SampleRun.spec("of-words", 0, "minilm", "words", 1024));
        specs.forEach(results::add);
        results.add(labeler("words"));
        results.add(labeler("mean", SampleRun.id("words", 0), SampleRun.id("bow", 0)));
        results.add(labeler("top", SampleRun.id("mean", 0)));
        RunCompletion completion = completion(specs, HOLDOUT);
        assertEquals(3, completion.missing(results).size());
        // When
        results.add(SampleRun.checkpoint(SampleRun.id("bow", 0), 1, State.FAILED, "NaN"));
        // Then
        assertOnlyMissing("of-words", completion.missing(results));
    }

    private static void assertOnlyMissing(String model, List<String> missing) {
        assertEquals(1, missing.size(), missing::toString);
        assertTrue(missing.get(0).contains(model), missing.get(0));
    }

    private static LabelerSpec labeler(String name, String... sources) {
        return LabelerSpec.newBuilder()
                .setId(SampleRun.id(name, 0))
                .setVersion(0)
                .setTask("x")
                .setClasses(List.of("no", "yes"))
                .setPartitions(4)
                .setMethod(new Method("average", Map.of()))
                .setSources(List.of(sources))
                .setSpecHash("hash")
                .setEventTimeMs(1)
                .build();
    }

    @Test
    void whenACeilingFailsItsStudentsAreComparedWithTheirSupervisorStill() {
        RunResults results = SampleRun.finished(1, 4);
        results.add(SampleRun.checkpoint(SampleRun.id("ceiling", 0), 5, State.FAILED, "NaN"));
        assertEquals(List.of(), completion(results.specs(), HOLDOUT).missing(results));
    }
}
