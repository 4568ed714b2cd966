package dev.belay.aggregators.merge;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.topology.Blocks;
import dev.belay.aggregators.topology.Cluster;
import dev.belay.aggregators.topology.Harness;
import dev.belay.aggregators.topology.Specs;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an aggregator's metrics endpoint says of pairs. */
class PairMetersTest {
    private static final int EXAMPLES = 100;
    private static final List<String> IDS =
            IntStream.range(0, EXAMPLES).mapToObj(i -> "e" + i).toList();

    @TempDir Path state;
    private Harness harness;

    @BeforeEach
    void twoSweepsOfWhichTheSecondIsBetter() {
        harness = new Harness(state, 1);
        harness.spec(spec("weak", "truth", null));
        harness.spec(spec("naive", "weak", "top"));
        harness.spec(spec("top", "truth", null));
        harness.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        harness.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
        harness.checkpoint(checkpoint("naive", 2, State.FINISHED, 512));
        harness.checkpoint(checkpoint("top", 1, State.FINISHED, 512));
        IDS.forEach(id -> harness.truth(id, 0, 10));
        harness.block(sweep("weak", 1, 50));
        harness.block(sweep("naive", 1, 40));
        harness.block(sweep("naive", 2, 20));
        harness.metrics();
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void thePairsNewestRowIsShownAndWhatIsUndefinedIsAbsent() {
        assertEquals(0.5, gauge("belay.accuracy", "supervisor"));
        assertEquals(0.8, gauge("belay.accuracy", "student"));
        assertEquals(0.7, gauge("belay.agreement", null));
        assertEquals(2, gauge("belay.checkpoint.number", null));
        assertEquals(512, gauge("belay.examples.seen", null));
        assertNull(gauge("belay.accuracy", "ceiling"));
        assertNull(gauge("belay.pgr", null));
        assertEquals(3 * EXAMPLES, harness.counter("belay.predictions.counted"));
        assertEquals(0, harness.counter("belay.too.late"));
        assertEquals(0, harness.counter("belay.dead.letters"));
        // When the ceiling comes
        harness.block(sweep("top", 1, 0));
        PairMetrics row = harness.metrics("naive", 2, Phase.HOLDOUT);
        // Then
        assertEquals(1.0, gauge("belay.accuracy", "ceiling"));
        assertEquals(requireNonNull(row.getPgr()).getValue(), gauge("belay.pgr", null));
        // When the ceiling is found to be as bad as the supervisor
        harness.block(sweep("top", 1, 50, 20));
        harness.metrics();
        // Then
        assertNull(gauge("belay.pgr", null));
    }

    @Test
    void anOlderCheckpointToldAgainDoesNotTakeTheNewestsPlace() {
        harness.block(sweep("naive", 1, 99, 20)); // a correction
        harness.metrics();
        assertEquals(0.8, gauge("belay.accuracy", "student"));
    }

    @Test
    void aStoppedPairIsRemovedAndOneOfAnOlderRunToo() {
        harness.stop("naive");
        harness.metrics();
        assertEquals(0, series());
        // When it goes on, as the next run
        harness.spec(
                ModelSpec.newBuilder(spec("naive", "weak", "top"))
                        .setId(id("naive").replace("@0", "@1"))
                        .setRun(1)
                        .build());
        harness.block(sweep("naive", 2, 10, 20));
        harness.metrics();
        // Then what is told of the run before is not shown
        assertEquals(0, series());
    }

    @Test
    void oneThatTakesOverShowsWhatWasToldBeforeIt() {
        var cluster = new Cluster(1, new Lateness(List.of(), Duration.ZERO, Duration.ofDays(7)));
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.checkpoint(checkpoint("naive", 1, State.LEARNING, 256));
        IDS.forEach(id -> cluster.truth(id, 0, 10));
        cluster.block(sweep("weak", 1, 50));
        cluster.block(sweep("naive", 1, 40));
        cluster.metrics();
        // When
        cluster.meters.clear();
        cluster.restartMerger();
        // Then
        assertEquals(0.6, gauge(cluster.meters, "belay.accuracy", "student"));
        assertEquals(0.9, gauge(cluster.meters, "belay.agreement", null));
    }

    private static PredictionBlock sweep(String model, long checkpoint, int wrong) {
        return sweep(model, checkpoint, wrong, 10);
    }

    /** All of the holdout, the first few of it wrong. */
    private static PredictionBlock sweep(String model, long checkpoint, int wrong, long timeMs) {
        int[] said = IntStream.range(0, EXAMPLES).map(i -> i < wrong ? 1 : 0).toArray();
        return Blocks.sweep(model, checkpoint, EXAMPLES, timeMs, IDS, said);
    }

    private @Nullable Double gauge(String name, @Nullable String of) {
        return gauge(harness.meters(), name, of);
    }

    private static @Nullable Double gauge(MeterRegistry meters, String name, @Nullable String of) {
        var found =
                meters.find(name)
                        .tags("experiment", "x", "task", Specs.TASK)
                        .tags("student", id("naive"), "supervisor", id("weak"));
        Gauge gauge = (of == null ? found : found.tag("of", of)).gauge();
        return gauge == null ? null : (Double) gauge.value();
    }

    private long series() {
        return harness.meters().getMeters().stream()
                .filter(m -> m.getId().getTag("student") != null)
                .count();
    }
}
