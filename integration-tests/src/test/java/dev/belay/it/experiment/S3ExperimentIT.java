package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.it.LongTest;
import dev.belay.it.store.S3Server;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The small experiment with its checkpoints in S3 instead of a folder. */
@LongTest
@Timeout(600)
class S3ExperimentIT {
    private static final String STORE = "s3://" + S3Server.BUCKET + "/belay";

    @TempDir Path folder;

    @Test
    void anExperimentWhoseStoreIsS3EndsWithTheSameNumbers() throws Exception {
        // Given
        Path out = folder.resolve("out");
        Path data = folder.resolve("data");
        try (S3Server server = S3Server.start()) {
            Map<String, String> environment =
                    Map.of(
                            "BELAY_STORE",
                            STORE,
                            "BELAY_STORE_S3_ENDPOINT",
                            server.endpoint().toString(),
                            "AWS_ACCESS_KEY_ID",
                            S3Server.KEY_ID,
                            "AWS_SECRET_ACCESS_KEY",
                            S3Server.SECRET);
            // When
            try (BelayProcess run =
                    BelayProcess.start(
                            folder,
                            environment,
                            "run",
                            SmallExperiment.write(folder).toString(),
                            "--out",
                            out.toString(),
                            "--data",
                            data.toString())) {
                assertEquals(0, run.exitCode(), run::output);
                assertFalse(run.output().contains(S3Server.SECRET), "secrets are not printed");
            }
            // Then
            CheckpointStore store = CheckpointStores.open(STORE, server.options());
            assertFalse(store.list("small/naive#0@0").isEmpty());
        }
        assertEquals(UndisturbedRun.get().summary(), UndisturbedRun.summary(out));
        assertTrue(Files.notExists(data.resolve("checkpoints")), "nothing is beside it");
    }
}
