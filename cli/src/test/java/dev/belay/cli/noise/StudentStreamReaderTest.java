package dev.belay.cli.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.noise.PredictionPowered;
import dev.belay.aggregators.statistics.noise.WindowEstimate;
import dev.belay.cli.export.FakeLog;
import dev.belay.cli.fleet.CompareTest;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class StudentStreamReaderTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final String STUDENT = "x/student#0@0";
    private static final String NOISY = "x/noisy#0@0";
    private static final String CEILING = "x/ceiling#0@0";
    private static final int N = 900;

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final FakeLog log = new FakeLog(codec);
    private final Random random = new Random(1);
    private final Set<String> flips = new HashSet<>();

    /** By example: event time i, label, of the student, of the ceiling, truth. */
    private final List<int[]> examples = new ArrayList<>();

    @Test
    void rowsHaveTheCeilingsPredictionTheDrawnTruthAndWhetherNoiseChangedTheLabel() {
        // Given
        write(N);
        // When
        StudentStream stream = read(true, true);
        // Then
        assertTrue(stream.byCeiling());
        assertTrue(stream.flipsKnown());
        assertEquals(N, stream.rows().size());
        for (StudentStream.Row row : stream.rows()) {
            int i = (int) row.timeMs();
            int[] example = examples.get(i);
            assertEquals("e" + i, row.id());
            assertEquals(example[0], row.labelled());
            assertEquals(example[1], row.predicted());
            assertEquals(example[2], row.ceiling());
            assertEquals(drawn(i) ? (Integer) example[3] : null, row.truth());
            assertEquals(flips.contains(row.id()), row.flipped());
        }
        assertEquals((double) flips.size() / N, stream.injected(stream.rows()));
    }

    @Test
    void windowsAreThoseOfARecount() {
        write(N);
        StudentStream stream = read(true, true);
        List<WindowEstimate> byTime = NoiseWindows.ofTime(stream, Duration.ofMillis(200));
        List<WindowEstimate> byCount = NoiseWindows.ofExamples(stream, 200);
        assertEquals(4, byCount.size()); // the fifth has 100
        assertEquals(5, byTime.size());
        assertEquals(byTime.subList(0, 4), byCount);
        for (int w = 0; w < 4; w++) {
            long[] sums = new long[6];
            int changed = 0;
            for (int i = 200 * w; i < 200 * (w + 1); i++) {
                int[] e = examples.get(i);
                boolean wrong = e[0] != e[3];
                boolean differs = e[0] != e[2];
                if (drawn(i)) {
                    sums[0]++;
                    sums[1] += wrong ? 1 : 0;
                    sums[2] += differs ? 1 : 0;
                    sums[3] += wrong && differs ? 1 : 0;
                } else {
                    sums[4]++;
                    sums[5] += differs ? 1 : 0;
                }
                changed += flips.contains("e" + i) ? 1 : 0;
            }
            assertEquals(
                    WindowEstimate.of(
                            200L * w,
                            200L * (w + 1),
                            new PredictionPowered.Counts(
                                    sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]),
                            changed / 200.),
                    byCount.get(w));
        }
    }

    @Test
    void aWindowIsClosedOnceAllAreBeyondItInEveryPartition() {
        // Given a ceiling that lags behind the student
        int behind = 650;
        write(behind);
        StudentStream stream = read(true, false);
        // Then the settled time is the least of what each has reached in a partition
        long settled = Long.MAX_VALUE;
        for (int p = 0; p < 4; p++) {
            long reached = -1;
            for (int i = 0; i < behind; i++) {
                reached = partition("e" + i) == p ? i : reached;
            }
            settled = Math.min(settled, reached);
        }
        assertEquals(settled, stream.settledMs());
        assertTrue(settled >= 600 && settled < behind, "settled " + settled);
        assertEquals(3, NoiseWindows.ofTime(stream, Duration.ofMillis(200)).size());
        assertEquals(3, NoiseWindows.ofExamples(stream, 200).size());
        assertEquals(List.of(), NoiseWindows.ofTime(stream, Duration.ofMillis(700)));
        assertEquals(List.of(), NoiseWindows.ofExamples(stream, N));
    }

    @Test
    void withoutADeclaredSampleTheStudentsPredictionsAndAllTruthAreUsed() {
        write(N);
        StudentStream stream = read(false, true);
        assertFalse(stream.byCeiling());
        assertTrue(stream.rows().stream().allMatch(row -> row.truth() != null));
        assertEquals(N, NoiseWindows.ofExamples(stream, N).get(0).examples());
    }

    @Test
    void whatIsOutsideTheGivenTimesIsLeftOutAndCountsForHowFarAllHaveCome() {
        write(N);
        StudentStream all = read(true, false);
        StudentStream part = reader().of(pair(true, false), 300, 500);
        assertEquals(200, part.rows().size());
        assertTrue(part.rows().stream().allMatch(r -> r.timeMs() >= 300 && r.timeMs() < 500));
        assertEquals(all.settledMs(), part.settledMs());
    }

    @Test
    void aSupervisorWithoutNoiseHasNoInjectedShare() {
        write(N);
        StudentPair noisy = pair(true, true);
        StudentStream stream =
                reader().of(
                                new StudentPair(
                                        noisy.student(),
                                        noisy.supervisor(),
                                        List.of(),
                                        false,
                                        true),
                                Long.MIN_VALUE,
                                Long.MAX_VALUE);
        assertNull(stream.injected(stream.rows()));
        assertNull(NoiseWindows.ofExamples(stream, 200).get(0).injected());
    }

    /**
     * Everybody's predictions; a fifth of the labels wrong, all of them by noise.
     *
     * @param byCeiling examples that the ceiling has predicted
     */
    private void write(int byCeiling) {
        for (int i = 0; i < N; i++) {
            String id = "e" + i;
            int truth = random.nextInt(2);
            boolean flipped = random.nextDouble() < .2;
            int label = flipped ? 1 - truth : truth;
            int student = random.nextDouble() < .3 ? 1 - truth : truth;
            int ceiling = random.nextDouble() < .1 ? 1 - truth : truth;
            examples.add(new int[] {label, student, ceiling, truth});
            block(NOISY, 0, i, label, true);
            block(STUDENT, 1 + i / 50, i, student, false);
            if (i < byCeiling) {
                block(CEILING, 1 + i / 50, i, ceiling, false);
            }
            log.add(TOPICS.truth("t"), 0, id, EventFactory.truth(id, truth, i));
            if (flipped) {
                flips.add(id);
                log.add(TOPICS.flips("t"), 0, id, new Flip(id, NOISY, 0L, truth, label, (long) i));
            } else if (i % 7 == 0) { // of another version, and of another labeler
                log.add(TOPICS.flips("t"), 0, id, new Flip(id, NOISY, 1L, truth, label, (long) i));
                log.add(
                        TOPICS.flips("t"),
                        0,
                        id,
                        new Flip(id, "x/other#0@0", 0L, truth, label, (long) i));
            }
        }
    }

    private void block(String model, long checkpoint, int i, int said, boolean labels) {
        log.add(
                TOPICS.predictions("t"),
                0,
                "e" + i,
                EventFactory.block(
                        model,
                        checkpoint,
                        Phase.PROGRESSIVE,
                        2,
                        List.of("e" + i),
                        List.of((long) i),
                        said == 0 ? List.of(.75f, .25f) : List.of(.25f, .75f),
                        0L,
                        labels));
    }

    private StudentStream read(boolean sampled, boolean finished) {
        return reader().of(pair(sampled, finished), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private StudentStreamReader reader() {
        return new StudentStreamReader(log::consumer, codec, TOPICS, line -> {});
    }

    private static StudentPair pair(boolean sampled, boolean finished) {
        ModelSpec student =
                ModelSpec.newBuilder(CompareTest.spec(ModelId.parse(STUDENT), "t", NOISY))
                        .setCeiling(CEILING)
                        .setPartitions(4)
                        .setTruthSampled(sampled ? (Double) .4 : null)
                        .setTruthSeed(sampled ? (Long) 6L : null)
                        .build();
        return new StudentPair(
                student,
                CompareTest.spec(ModelId.parse(NOISY), "t", ModelId.TRUTH),
                List.of(),
                true,
                finished);
    }

    private static boolean drawn(int i) {
        return IdHash.uniform("truth:6", "e" + i) < .4;
    }

    private static int partition(String id) {
        return BuiltInPartitioner.partitionForKey(
                id.getBytes(java.nio.charset.StandardCharsets.UTF_8), 4);
    }
}
