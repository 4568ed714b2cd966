package dev.belay.producers.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.Batch;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.events.Split;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class RecordCountsTest {
    @Test
    void recordsAreCountedByWhatTheyBecame() {
        RecordCounts counts = RecordCounts.NONE.plus(batch(5, 2, 1)).plus(batch(3, 0, 0));
        assertEquals(
                "read 8 records: 0 examples, 2 truths, 5 skipped, 1 rejected; the last reason: no"
                        + " id",
                counts.toString());
        assertFalse(counts.isSuspect());
    }

    @Test
    void aSourceThatRejectsAllItsFirstRecordsIsSuspect() {
        assertFalse(RecordCounts.NONE.isSuspect());
        assertTrue(RecordCounts.NONE.plus(batch(3, 0, 3)).isSuspect());
        assertFalse(RecordCounts.NONE.plus(batch(104, 5, 99)).isSuspect());
        assertTrue(RecordCounts.NONE.plus(batch(105, 5, 100)).isSuspect(), "no example");
    }

    /** Truths without example, dead letters, and skipped records. */
    private static Batch batch(int rows, int truths, int rejected) {
        var letter = new ProducerRecord<byte[], byte[]>("dead-letters", new byte[0]);
        letter.headers().add(DeadLetters.REASON, "no id".getBytes(StandardCharsets.UTF_8));
        var truth = Batch.Entry.truth("a", Split.STUDENT, 1, Batch.Entry.NOW);
        return new Batch(
                rows,
                Collections.nCopies(truths, truth),
                Collections.nCopies(rejected, letter),
                Map.of(),
                null,
                false);
    }
}
