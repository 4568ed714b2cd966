package dev.belay.cli.platform;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirLockTest {
    @TempDir Path dir;

    @Test
    void aSecondHolderIsRefusedWithThePidOfTheFirst() throws Exception {
        // Given
        try (var held = DataDirLock.take(dir)) {
            assertNotNull(held);
            // When
            var error = assertThrows(PlatformException.class, () -> DataDirLock.take(dir));
            // Then
            var message = String.valueOf(error.getMessage());
            assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
            assertTrue(message.contains(dir.toString()), message);
        }
    }

    @Test
    void aLockFileLeftBehindKeepsNobodyOut() throws Exception {
        // Given a file with the pid of a process that does not hold it any more
        Files.writeString(dir.resolve(DataDirLock.FILE), "1");
        // When, then
        DataDirLock.take(dir).close();
        DataDirLock.take(dir).close();
    }
}
