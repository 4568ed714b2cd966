package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.VersionStart;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VersionHistoryTest {
    @Test
    void theFirstVersionBeginsAtTheFirstExample() {
        VersionHistory history = new VersionHistory(List.of(), 0);
        assertTrue(history.begins(5, spec(0)));
        history.add(5, spec(0));
        assertFalse(history.begins(6, spec(0)));
        assertEquals(0, version(history, 6, 0));
    }

    @Test
    void anExampleHasTheVersionOfTheGreatestStartNotAboveIt() {
        // in any order; of versions that never began nothing is known
        VersionHistory history = history(0, start(4, 20), start(0, 5), start(1, 10));
        assertEquals(0, version(history, 5, 4));
        assertEquals(0, version(history, 9, 4));
        assertEquals(1, version(history, 10, 4));
        assertEquals(1, version(history, 19, 4));
        assertEquals(4, version(history, 20, 4));
        assertEquals(4, version(history, 1_000, 4));
        assertFalse(history.begins(1_000, spec(4)));
    }

    @Test
    void beforeTheFirstStartItIsTheFirstKnown() {
        assertEquals(3, version(history(0, start(3, 50), start(4, 60)), 10, 4));
    }

    @Test
    void aNewVersionBeginsAtTheFirstExampleNotYetLabelled() {
        VersionHistory history = history(30, start(0, 5), start(1, 10));
        assertEquals(0, version(history, 7, 2));
        assertEquals(1, version(history, 29, 2));
        assertFalse(history.begins(29, spec(2)));
        assertEquals(2, version(history, 30, 2));
        history.add(30, spec(2));
        assertEquals(1, version(history, 29, 2));
        assertEquals(2, version(history, 31, 2));
    }

    @Test
    void whereItIsNotKnownHowFarItCameANewVersionBeginsBehindTheLastStart() {
        VersionHistory history = history(0, start(0, 5), start(1, 10));
        assertEquals(0, version(history, 7, 2));
        assertEquals(1, version(history, 10, 2));
        assertEquals(2, version(history, 11, 2));
    }

    @Test
    void whoHasNotReadTheNewestVersionGoesOnWithTheOneThatBegan() {
        VersionHistory history = history(30, start(0, 5), start(1, 10));
        assertEquals(1, version(history, 31, 0));
        assertFalse(history.begins(31, spec(0)));
    }

    private static long version(VersionHistory history, long offset, long newest) {
        return history.at(offset, spec(newest)).getVersion();
    }

    private static VersionHistory history(long passed, VersionStart... starts) {
        return new VersionHistory(List.of(starts), passed);
    }

    private static VersionStart start(long version, long offset) {
        return new VersionStart(SpecEvents.ID, 0, version, offset, spec(version));
    }

    private static LabelerSpec spec(long version) {
        return SpecEvents.spec("rules", List.of("no", "yes"), Map.of(), version);
    }
}
