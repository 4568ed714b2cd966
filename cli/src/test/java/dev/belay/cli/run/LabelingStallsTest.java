package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LabelingStallsTest {
    private static final String TASK = "wordnet-physical";
    private static final String BOW = SampleRun.id("bow", 0);

    private final Topics topics = Topics.defaults();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
    private final LabelingStalls stalls =
            new LabelingStalls(topics, TASK, Duration.ofSeconds(45), nanos::get);
    private final RunResults results = new RunResults("wordnet", TASK);

    LabelingStallsTest() {
        results.add(SampleRun.spec("bow", 0, "hashing", null, 0));
        results.add(SampleRun.spec("ceiling", 0, "minilm", null, 0));
        results.add(SampleRun.spec("naive", 0, "minilm", "bow", 0));
    }

    @Test
    void onePartitionWithoutTruthIsReportedWhileOthersMakeProgress() {
        // Given: partition 1 stays at row 3, partition 0 and the labels by bow make progress
        for (int s = 0; s < 45; s++) {
            assertEquals(
                    List.of(),
                    at(
                            s,
                            examples(0, 10 + s),
                            truth(0, s),
                            examples(1, 7),
                            truth(1, 3),
                            bow(0, s),
                            bow(1, 7)));
        }
        // When
        List<LabelingStalls.Stall> found =
                at(
                        45,
                        examples(0, 90),
                        truth(0, 45),
                        examples(1, 7),
                        truth(1, 3),
                        bow(0, 45),
                        bow(1, 7));
        // Then
        assertEquals(1, found.size(), found::toString);
        assertEquals("truth", found.get(0).labeler());
        assertEquals(List.of(1), found.get(0).partitions());
        String line = found.get(0).line();
        for (String part :
                List.of(
                        "labels by truth",
                        "partition 1 at 3 of 7 examples",
                        "wordnet/bow#0@0, wordnet/ceiling#0@0")) {
            assertTrue(line.contains(part), line);
        }
        // and not again in the next 90 s
        assertEquals(List.of(), at(134, examples(1, 7), truth(1, 3)));
        assertEquals(1, at(136, examples(1, 7), truth(1, 3)).size());
    }

    @Test
    void aPartitionWithoutFurtherExamplesIsNotReported() {
        at(0, examples(0, 5), truth(0, 5), bow(0, 5));
        assertEquals(List.of(), at(300, examples(0, 5), truth(0, 5), bow(0, 5)));
        // more examples: from then on it is waited for
        assertEquals(List.of(), at(301, examples(0, 6), truth(0, 5), bow(0, 6)));
        assertEquals(List.of(), at(345, examples(0, 6), truth(0, 5), bow(0, 6)));
        assertEquals(1, at(346, examples(0, 6), truth(0, 5), bow(0, 6)).size());
    }

    @Test
    void aSupervisorThatIsNotReadyIsTheReason() {
        results.add(SampleRun.checkpoint(BOW, 1, State.LEARNING, null));
        at(0, examples(0, 5), truth(0, 5));
        List<LabelingStalls.Stall> found = at(45, examples(0, 5), truth(0, 5));
        assertEquals(1, found.size(), found::toString);
        assertTrue(found.get(0).line().contains("it is not ready, after "), found::toString);
    }

    @Test
    void examplesPassedOverAreReportedAtEachPowerOfTen() {
        List<Long> reported = new ArrayList<>();
        for (int rows = 0; rows <= 2_464; rows++) {
            long passed = stalls.skipped(List.of(labels("truth", 0, rows, 0)));
            if (passed > 0) {
                reported.add(passed);
            }
        }
        assertEquals(List.of(1L, 10L, 100L, 1_000L), reported);
    }

    private List<LabelingStalls.Stall> at(int seconds, Progress... progress) {
        nanos.set(Long.MAX_VALUE - 5 + Duration.ofSeconds(seconds).toNanos());
        return stalls.update(results, List.of(progress));
    }

    private Progress examples(int partition, long n) {
        return progress(topics.examples(TASK), TASK + ".producer", partition, n, n);
    }

    private Progress truth(int partition, long rows) {
        return labels("truth", partition, rows, rows);
    }

    private Progress bow(int partition, long rows) {
        return labels(BOW, partition, rows, rows);
    }

    private Progress labels(String labeler, int partition, long rows, long records) {
        return progress(topics.labels(TASK, labeler), labeler, partition, rows, records);
    }

    private static Progress progress(
            String topic, String writer, int partition, long rows, long records) {
        return Progress.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setWriter(writer)
                .setRows(rows)
                .setRecords(records)
                .setSplits(Map.of())
                .setEnded(false)
                .build();
    }
}
