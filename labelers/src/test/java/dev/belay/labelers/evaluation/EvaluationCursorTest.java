package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class EvaluationCursorTest {
    @Test
    void whatIsCommittedTellsASuccessorWhatIsDone() {
        // Given: 3 waits, 4 is done, 5 of the waiting task waits with it
        EvaluationCursor standing = EvaluationCursor.of(new OffsetAndMetadata(3));
        assertTrue(standing.hold("slow", 3));
        standing.done("fast", 4);
        assertTrue(standing.hold("slow", 5));
        assertTrue(standing.hold("never", 6));
        // When
        assertEquals(new OffsetAndMetadata(3, "7;never=6;slow=3"), standing.committed());
        EvaluationCursor successor = EvaluationCursor.of(standing.committed());
        // Then
        assertEquals(standing.committed(), successor.committed());
        assertFalse(successor.isDone("slow", 3));
        assertTrue(successor.isDone("fast", 4));
        assertFalse(successor.isDone("slow", 5));
        assertTrue(successor.isDone(null, 5));
        assertFalse(successor.isDone("fast", 7));
    }

    @Test
    void aTaskIsBehindUntilReadingHasComeBackToTheNextEvent() {
        // Given
        EvaluationCursor standing = EvaluationCursor.of(null);
        standing.hold("slow", 0);
        standing.done("fast", 1);
        standing.hold("slow", 2);
        standing.hold("never", 3);
        // When
        assertEquals(0, standing.resume(Set.of("slow")));
        standing.done("slow", 0);
        // Then
        assertEquals(new OffsetAndMetadata(1, "4;never=3;slow=1"), standing.committed());
        assertFalse(standing.reached(2));
        // When
        standing.done("slow", 2);
        assertTrue(standing.reached(4));
        // Then
        assertEquals(new OffsetAndMetadata(3, "4;never=3"), standing.committed());
    }

    @Test
    void aTaskThatWaitsLosesNothingWhenItsLaterEventsArePassed() {
        // Given: reading is set back for another task
        EvaluationCursor standing = EvaluationCursor.of(null);
        standing.hold("slow", 0);
        standing.hold("never", 1);
        standing.done("never", 2); // not due
        assertEquals(0, standing.resume(Set.of("slow")));
        // When it meets the same event once more
        standing.done("never", 2);
        // Then
        assertFalse(standing.isDone("never", 1));
    }

    @Test
    void metadataStayWithinWhatABrokerTakes() {
        EvaluationCursor standing = EvaluationCursor.of(null);
        int held = 0;
        while (standing.hold("a-task-with-a-name-of-some-length-" + held, held)) {
            held++;
        }
        assertTrue(held > 50, "held " + held);
        assertTrue(standing.committed().metadata().length() <= 4_000);
        assertTrue(standing.hold("a-task-with-a-name-of-some-length-0", held));
    }

    @Test
    void anOffsetThatSomebodyElseSetCountsAlone() {
        EvaluationCursor standing = EvaluationCursor.of(new OffsetAndMetadata(5, "reset by hand"));
        assertTrue(standing.isDone("any", 4));
        assertFalse(standing.isDone("any", 5));
        assertEquals(new OffsetAndMetadata(5), standing.committed());
    }
}
