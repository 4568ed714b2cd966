package dev.belay.labelers.labeling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.labelers.Events;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.State;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadyCheckpointsTest {
    private static final String BOW = "exp/bow#0@1";

    private final ReadyCheckpoints ready = new ReadyCheckpoints();

    @Test
    void aLearningModelMayNotLabel() {
        take(1, State.LEARNING);
        assertNull(ready.of(Events.spec(BOW, "truth", LabelPolicy.FIRST_READY, 1)));
    }

    @Test
    void firstReadyIsFrozenAndLatestFollows() {
        // When
        take(1, State.LEARNING);
        take(2, State.READY);
        take(3, State.FINISHED);
        take(4, State.FAILED);
        // Then
        assertEquals(2, number(LabelPolicy.FIRST_READY));
        assertEquals(3, number(LabelPolicy.LATEST));
    }

    private void take(long number, State state) {
        ready.take(BOW, Events.checkpoint(BOW, number, state));
    }

    private long number(LabelPolicy policy) {
        @Nullable Checkpoint found = ready.of(Events.spec(BOW, "truth", policy, 1));
        return Objects.requireNonNull(found).getNumber();
    }
}
