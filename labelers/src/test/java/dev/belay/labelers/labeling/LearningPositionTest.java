package dev.belay.labelers.labeling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerState;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LearningPositionTest {
    private static final LabelerTopics TOPICS =
            LabelerTopics.of(
                    Topics.defaults(),
                    SpecEvents.spec("dawid-skene", List.of("no", "yes"), Map.of(), 0));
    private static final LabelerState STATE =
            new LabelerState(
                    SpecEvents.ID, 0L, List.of(7L, 0L), List.of(5L, 0L), ByteBuffer.allocate(1));

    @Test
    void aStateGoesWithTheOffsetsOfItsTransaction() {
        assertSame(STATE, usable(STATE, 7L, 0L));
        assertSame(STATE, usable(STATE, 7L, null));
        assertSame(STATE, usable(STATE, null, null)); // expired: progress says what to skip
        assertNull(usable(null, 0L, null));
    }

    @Test
    void whereAllOffsetsAreSetBackToTheBeginningItBeginsAnew() {
        assertNull(usable(STATE, 0L, 0L));
        assertNull(usable(STATE, 0L, null));
    }

    @Test
    void otherOffsetsAreAnErrorThatNamesBoth() {
        var failure = assertThrows(LabelerException.class, () -> usable(STATE, 3L, 0L));
        assertEquals(
                SpecEvents.ID
                        + ": found the group's offsets [3, 0] in belay.task.examples, expected"
                        + " [7, 0], which go with what it has learned (belay.labeler-states): set"
                        + " them to these, or all to 0, with those of its sources "
                        + TOPICS.sources()
                        + ", to begin anew",
                failure.getMessage());
        assertThrows(LabelerException.class, () -> usable(STATE, 7L, 2L));
        assertThrows(LabelerException.class, () -> usable(null, 3L, null)); // the state is lost
    }

    private static @Nullable LabelerState usable(
            @Nullable LabelerState state, @Nullable Long... offsets) {
        return LearningPosition.usable(TOPICS, state, Arrays.asList(offsets));
    }
}
