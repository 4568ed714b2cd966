package dev.belay.cli.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
    @TempDir private Path directory;

    @Test
    void aFolderForResultsIsMadeOrRefusedBeforeTheWork() throws IOException {
        Path made = AtomicFile.folder("--out", directory.resolve("a/b"));
        assertTrue(Files.isDirectory(made));
        Path file = Files.writeString(directory.resolve("file"), "");
        assertEquals(
                "--out " + file + ": found a file, expected a folder that can be written to",
                refused(file));
        assertTrue(refused(file.resolve("below")).contains("found nothing, and it can't be made"));
    }

    private static String refused(Path folder) {
        return String.valueOf(
                assertThrows(
                                IllegalArgumentException.class,
                                () -> AtomicFile.folder("--out", folder))
                        .getMessage());
    }
}
