package dev.belay.aggregators.streams;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UncleanMarkTest {
    @TempDir Path state;

    @Test
    void anotherProcessFindsItUntilItIsDeleted() {
        Path folder = state.resolve("not-made-yet");
        UncleanShutdownMarker mark = new UncleanShutdownMarker(folder, "belay.t.aggregator");
        UncleanShutdownMarker ofAnother = new UncleanShutdownMarker(folder, "belay.t.aggregator");
        assertFalse(mark.exists());

        mark.create();
        mark.create();
        assertTrue(ofAnother.exists());
        assertFalse(new UncleanShutdownMarker(folder, "belay.u.aggregator").exists());

        mark.delete();
        mark.delete();
        assertFalse(ofAnother.exists());
    }
}
