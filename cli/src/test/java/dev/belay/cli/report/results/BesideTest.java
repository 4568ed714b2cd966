package dev.belay.cli.report.results;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.cli.report.SampleRun;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is shown beside PGR: chains, baselines, upper bounds; on accuracies given by hand. */
class BesideTest {
    private final RunResults results = new RunResults("wordnet", "wordnet-physical");

    @Test
    void alongAChainAllStudentsRecoverTheSameGap() {
        // Given: bow .70 → small .75 → large .80, its ceiling .90; direct .78
        chain(0, .70, .75, .80, .90, .78);
        // When
        Chain chain = Chain.of(results, results.finalRows()).get(0);
        // Then: (.75 − .70) / (.90 − .70), …
        assertEquals("bow", chain.supervisor());
        assertEquals("large-ceiling", chain.ceiling());
        assertEquals(List.of("small", "large"), names(chain.links()));
        assertEquals(List.of("direct"), names(chain.direct()));
        assertEquals(.25, pgr(chain.links().get(0)), 1e-12);
        assertEquals(.5, pgr(chain.links().get(1)), 1e-12);
        assertEquals(.4, pgr(chain.direct().get(0)), 1e-12);
        // the pair's own PGR of large is against small: (.80 − .75) / (.90 − .75)
        JsonNode json = SummaryJson.of(results).at("/chains/0");
        assertEquals("small", json.at("/links/0/student").textValue());
        assertEquals(.5, json.at("/links/1/pgr").doubleValue(), 1e-12);
        assertEquals(.78, json.at("/direct/0/studentAccuracy").doubleValue(), 1e-12);
    }

    @Test
    void theMedianOverSeedsIsOfTheSeedsOwnFigures() {
        chain(0, .70, .75, .80, .90, .78);
        chain(1, .70, .75, .85, .90, .78);
        chain(2, .60, .65, .66, .90, .78);
        Chain chain = Chain.of(results, results.finalRows()).get(0);
        Spread last = requireNonNull(chain.links().get(1).pgr());
        assertEquals(.5, last.median(), 1e-12); // .5, .75, .2
        assertEquals(.2, last.min(), 1e-12);
        assertEquals(.75, last.max(), 1e-12);
    }

    @Test
    void aGapThatIsNotResolvedLeavesTheChainUndefined() {
        chain(0, .70, .75, .80, .71, .78);
        Chain.Link link = Chain.of(results, results.finalRows()).get(0).links().get(0);
        assertNull(link.pgr());
        assertEquals("gap-not-resolved", link.undefined());
    }

    @Test
    void aCeilingBelowTheFirstSupervisorLeavesTheChainUndefined() {
        chain(0, .70, .75, .80, .65, .78);
        Chain.Link link = Chain.of(results, results.finalRows()).get(0).links().get(0);
        assertEquals("ceiling-below-supervisor", link.undefined());
    }

    @Test
    void withoutChainsBaselinesAndMajorityTheSummaryHasNoKeysForThem() {
        JsonNode summary = SummaryJson.of(SampleRun.finished(1, 4));
        for (String key : List.of("chains", "compared", "comparedPairs", "majority")) {
            assertFalse(summary.has(key), key);
        }
    }

    @Test
    void aBaselineIsComparedButNoStudent() {
        // Given
        chain(0, .70, .75, .80, .90, .78);
        JsonNode before = SummaryJson.of(results);
        spec("base", 0, null, "large-ceiling", "bow");
        assertFalse(results.complete()); // its row is awaited
        row("base", "bow", "large-ceiling", 0, 1, .70, .84, .90);
        results.counts().majority(new TaskCounts.Majority("physical", 1_200, 2_000));
        // When
        JsonNode summary = SummaryJson.of(results);
        // Then: students as before
        assertTrue(results.complete());
        for (String key : List.of("pairs", "median", "chains", "stoppedByTruth")) {
            assertEquals(before.get(key), summary.get(key), key);
        }
        JsonNode compared = summary.at("/compared/0");
        assertEquals("base", compared.get("student").textValue());
        assertEquals("bow", compared.get("supervisor").textValue());
        assertEquals(.84, compared.get("studentAccuracy").doubleValue(), 1e-12);
        assertTrue(compared.has("errorConsistency"));
        assertEquals(1, summary.get("comparedPairs").size());
        assertEquals("physical", summary.at("/majority/class").textValue());
        assertEquals(.6, summary.at("/majority/accuracy").doubleValue(), 1e-12);
    }

    @Test
    void stoppedByTruthIsTheMostAccurateCheckpointAgainstTheFinalCeiling() {
        // Given: .75, .80, .80, .76 with ceilings that still learn
        spec("bow", 0, null, null, null);
        spec("naive", 0, "bow", "ceiling", null);
        spec("ceiling", 0, null, null, null);
        double[] accuracies = {.75, .80, .80, .76};
        double[] ceilings = {.76, .80, .85, .90};
        for (int k = 1; k <= 4; k++) {
            row("naive", "bow", "ceiling", 0, k, .70, accuracies[k - 1], ceilings[k - 1]);
        }
        results.add(SampleRun.checkpoint(SampleRun.id("naive", 0), 4, State.FINISHED, null));
        // When
        JsonNode best = SummaryJson.of(results).at("/stoppedByTruth/0");
        // Then: the earlier of two, (.80 − .70) / (.90 − .70)
        assertTrue(best.get("upperBound").booleanValue());
        assertEquals(.80, best.get("studentAccuracy").doubleValue(), 1e-12);
        assertEquals(.5, best.get("pgr").doubleValue(), 1e-12);
        assertEquals(2 * SampleRun.MICRO_EPOCH, best.get("examplesSeen").doubleValue());
    }

    private static double pgr(Chain.Link link) {
        return requireNonNull(link.pgr()).median();
    }

    private static List<String> names(List<Chain.Link> links) {
        return links.stream().map(Chain.Link::student).toList();
    }

    private void chain(
            int seed, double first, double small, double large, double ceiling, double direct) {
        spec("bow", seed, null, null, null);
        spec("small", seed, "bow", "small-ceiling", null);
        spec("large", seed, "small", "large-ceiling", null);
        spec("direct", seed, "bow", "large-ceiling", null);
        spec("small-ceiling", seed, null, null, null);
        spec("large-ceiling", seed, null, null, null);
        row("small", "bow", "small-ceiling", seed, 1, first, small, .8);
        row("large", "small", "large-ceiling", seed, 1, small, large, ceiling);
        row("direct", "bow", "large-ceiling", seed, 1, first, direct, ceiling);
    }

    private void spec(
            String model,
            int seed,
            @Nullable String supervisor,
            @Nullable String ceiling,
            @Nullable String comparedWith) {
        results.add(
                ModelSpec.newBuilder(SampleRun.spec(model, seed, "minilm", supervisor, 256))
                        .setCeiling(ceiling == null ? null : SampleRun.id(ceiling, seed))
                        .setSplit(Split.STUDENT)
                        .setComparedWith(
                                comparedWith == null ? null : SampleRun.id(comparedWith, seed))
                        .build());
        results.add(SampleRun.checkpoint(SampleRun.id(model, seed), 1, State.FINISHED, null));
    }

    /** A row with these accuracies; its gap has an interval of ±.02. */
    private void row(
            String student,
            String supervisor,
            String ceiling,
            int seed,
            int checkpoint,
            double first,
            double accuracy,
            double last) {
        long[] cells = new long[16];
        cells[15] = 2_000;
        double gap = last - first;
        PairMetrics row =
                SampleRun.of(
                        student,
                        seed,
                        checkpoint,
                        true,
                        SampleRun.id(ceiling, seed),
                        checkpoint,
                        cells);
        results.add(
                PairMetrics.newBuilder(row)
                        .setSupervisor(SampleRun.id(supervisor, seed))
                        .setSupervisorAccuracy(estimate(first))
                        .setStudentAccuracy(estimate(accuracy))
                        .setCeilingAccuracy(estimate(last))
                        .setGain(estimate(accuracy - first))
                        .setGap(estimate(gap))
                        .setPgr(gap > .02 ? estimate((accuracy - first) / gap) : null)
                        .build());
    }

    private static Estimate estimate(double value) {
        return new Estimate(value, value - .02, value + .02, 2_000L);
    }
}
