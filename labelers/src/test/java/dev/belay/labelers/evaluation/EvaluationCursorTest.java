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
        EvaluationCursor cursor = EvaluationCursor.of(new OffsetAndMetadata(3));
        assertTrue(cursor.hold("slow", 3));
        cursor.done("fast", 4);
        assertTrue(cursor.hold("slow", 5));
        assertTrue(cursor.hold("never", 6));
        // When
        assertEquals(new OffsetAndMetadata(3, "7;never=6;slow=3"), cursor.committed());
        EvaluationCursor successor = EvaluationCursor.of(cursor.committed());
        // Then
        assertEquals(cursor.committed(), successor.committed());
        assertFalse(successor.isDone("slow", 3));
        assertTrue(successor.isDone("fast", 4));
        assertFalse(successor.isDone("slow", 5));
        assertTrue(successor.isDone(null, 5));
        assertFalse(successor.isDone("fast", 7));
    }

    @Test
    void aTaskIsBehindUntilReadingHasComeBackToTheNextEvent() {
        // Given
        EvaluationCursor cursor = EvaluationCursor.of(null);
        cursor.hold("slow", 0);
        cursor.done("fast", 1);
        cursor.hold("slow", 2);
        cursor.hold("never", 3);
        // When
        assertEquals(0, cursor.resume(Set.of("slow")));
        cursor.done("slow", 0);
        // Then
        assertEquals(new OffsetAndMetadata(1, "4;never=3;slow=1"), cursor.committed());
        assertFalse(cursor.reached(2));
        // When
        cursor.done("slow", 2);
        assertTrue(cursor.reached(4));
        // Then
        assertEquals(new OffsetAndMetadata(3, "4;never=3"), cursor.committed());
    }

    @Test
    void aTaskThatWaitsLosesNothingWhenItsLaterEventsArePassed() {
        // Given: reading is set back for another task
        EvaluationCursor cursor = EvaluationCursor.of(null);
        cursor.hold("slow", 0);
        cursor.hold("never", 1);
        cursor.done("never", 2); // not due
        assertEquals(0, cursor.resume(Set.of("slow")));
        // When it meets the same event once more
        cursor.done("never", 2);
        // Then
        assertFalse(cursor.isDone("never", 1));
    }

    @Test
    void metadataStayWithinWhatABrokerTakes() {
        EvaluationCursor cursor = EvaluationCursor.of(null);
        int held = 0;
        while (cursor.hold("a-task-with-a-name-of-some-length-" + held, held)) {
            held++;
        }
        assertTrue(held > 50, "held " + held);
        assertTrue(cursor.committed().metadata().length() <= 4_000);
        assertTrue(cursor.hold("a-task-with-a-name-of-some-length-0", held));
    }

    @Test
    void anOffsetThatSomebodyElseSetCountsAlone() {
        EvaluationCursor cursor = EvaluationCursor.of(new OffsetAndMetadata(5, "reset by hand"));
        assertTrue(cursor.isDone("any", 4));
        assertFalse(cursor.isDone("any", 5));
        assertEquals(new OffsetAndMetadata(5), cursor.committed());
    }
}
