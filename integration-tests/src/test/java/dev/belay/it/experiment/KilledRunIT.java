package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.it.LongTest;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL of everything at once (broker, services, the lot) at several moments of a run. */
@Tag(LongTest.TAG) // and in mvn verify, with fewer kills
@Timeout(1_200)
class KilledRunIT {
    private static final long SEED = 20261123;

    /** During the training; {@code .ci/long experiments} has more. */
    private static final int KILLS = Boolean.getBoolean(LongTest.PROPERTY) ? 3 : 1;

    @TempDir Path folder;

    @Test
    void aRunThatWasKilledEndsAsOneThatWasNot() throws Exception {
        // Given
        UndisturbedRun undisturbed = UndisturbedRun.get();
        Path file = SmallExperiment.write(folder);
        Path out = folder.resolve("out");
        Random random = new Random(SEED);
        Kills kills = new Kills(folder, file, out);
        // When: while the specs and the data are written, then at moments of the training
        kills.once(0);
        for (int kill = 0; kill < KILLS; kill++) {
            kills.once(1 + random.nextInt(12));
        }
        kills.none();
        // Then: the same numbers, the same weights, nothing missing and nothing doubled
        assertEquals(undisturbed.summary(), UndisturbedRun.summary(out));
        assertEquals(
                UndisturbedRun.lastOnTheStream(undisturbed.out()),
                UndisturbedRun.lastOnTheStream(out));
        SameFacts.require(undisturbed.topics().facts(), Facts.of(folder.resolve("data")));
    }
}
