package dev.belay.labelers.ensemble;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.SpecEvents;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VotesTest extends EnsembleContract {
    @Override
    protected String kind() {
        return "votes";
    }

    @Override
    float[] combined(float[] only) {
        return only;
    }

    @Test
    void isTheMeanAndKeepsTheVotes() {
        assertAnswer(new float[][] {{1, 0, 0}, {}, {0, 0.5f, 0.5f}}, 0.5f, 0.25f, 0.25f);
        assertTrue(Labelers.keepsVotes(SpecEvents.spec("votes", CLASSES, Map.of(), 0)));
        assertFalse(Labelers.keepsVotes(SpecEvents.spec("average", CLASSES, Map.of(), 0)));
    }
}
