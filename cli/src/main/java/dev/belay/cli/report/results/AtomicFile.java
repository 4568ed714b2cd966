package dev.belay.cli.report.results;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a temporary file and renames it, so that a file is never incomplete. */
public final class AtomicFile {

    /** What goes into the file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(BufferedWriter out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Replaces {@code file}, in UTF-8; its directory is created if missing. If {@code content}
     * throws, the old file stays and the temporary file is removed.
     */
    public static void write(Path file, Content content) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.resolveSibling(".").normalize();
        Files.createDirectories(directory);
        Path aside = directory.resolve("." + absolute.getFileName() + ".tmp");
        try {
            try (BufferedWriter out = Files.newBufferedWriter(aside)) {
                content.writeTo(out);
            }
            Files.move(aside, absolute, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
