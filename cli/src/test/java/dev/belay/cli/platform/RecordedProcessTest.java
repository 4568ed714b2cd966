package dev.belay.cli.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedProcessTest {
    @TempDir Path dir;

    @Test
    void aRunningProcessIsFoundAgainFromItsFile() throws Exception {
        // Given
        var file = dir.resolve("process");
        RecordedProcess.of(ProcessHandle.current()).write(file);
        // When
        var found = RecordedProcess.read(file).flatMap(RecordedProcess::running);
        // Then
        assertEquals(Optional.of(ProcessHandle.current()), found);
    }

    @Test
    void aPidThatAnotherProcessHasNowIsNotTheRecordedOne() {
        // Given this process's pid with a start time an hour earlier
        var now = RecordedProcess.of(ProcessHandle.current());
        var before = new RecordedProcess(now.pid(), now.started().minusSeconds(3600));
        // When, then
        assertTrue(before.running().isEmpty());
    }

    @Test
    void anUnknownStartTimeMatchesNobody() {
        assertTrue(
                new RecordedProcess(ProcessHandle.current().pid(), Instant.EPOCH)
                        .running()
                        .isEmpty());
    }

    @Test
    void noFileOrHalfAFileRecordsNothing() throws Exception {
        // Given
        var half = Files.writeString(dir.resolve("half"), "123");
        // When, then
        assertEquals(Optional.empty(), RecordedProcess.read(dir.resolve("absent")));
        assertEquals(Optional.empty(), RecordedProcess.read(half));
    }
}
