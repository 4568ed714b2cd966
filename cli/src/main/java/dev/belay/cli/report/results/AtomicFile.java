package dev.belay.cli.report.results;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file aside and renames it, so that its name never stands for half a file. */
public final class AtomicFile {

    /** What goes into the file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(BufferedWriter out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Replaces {@code file}, in UTF-8; its directory is made where missing. When {@code content}
     * throws, what was there stays and nothing is left aside.
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
