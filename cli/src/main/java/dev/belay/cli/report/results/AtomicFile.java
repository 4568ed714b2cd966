package dev.belay.cli.report.results;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Writes a temporary file and renames it, so that a file is never incomplete. */
public final class AtomicFile {

    /** What goes into the file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(BufferedWriter out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Creates a folder for results if it is missing, so that an unusable one fails before the work.
     *
     * @param option that names it, for the error
     * @throws IllegalArgumentException if it is a file, can't be made or can't be written to
     */
    public static Path folder(String option, Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unusable(option, folder, e);
        }
        if (!Files.isWritable(folder)) {
            throw unusable(option, folder, null);
        }
        return folder;
    }

    private static IllegalArgumentException unusable(
            String option, Path folder, @Nullable IOException cause) {
        String found =
                Files.exists(folder)
                        ? Files.isDirectory(folder) ? "a folder without write permission" : "a file"
                        : "nothing, and it can't be made (" + cause + ")";
        return new IllegalArgumentException(
                "%s %s: found %s, expected a folder that can be written to"
                        .formatted(option, folder, found),
                cause);
    }

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
