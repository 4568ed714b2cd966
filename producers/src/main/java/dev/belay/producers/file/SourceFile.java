package dev.belay.producers.file;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import dev.belay.plugins.Nearest;
import dev.belay.producers.source.DataException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A data file opened for one pass: decompressed by its ending, its raw bytes hashed while they are
 * read.
 */
public final class SourceFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final String name;
    private final HashingInputStream hashed;
    private final InputStream raw;
    private final InputStream content;

    /**
     * Opens the file.
     *
     * @throws DataException when it is missing, can't be read, is empty, or has an unsupported
     *     compression
     */
    SourceFile(Path path) {
        this.path = path;
        name = path.toString();
        if (!Files.isRegularFile(path)) {
            throw new DataException(
                    name
                            + ": found "
                            + (Files.isDirectory(path) ? "a directory" : "nothing")
                            + (path.isAbsolute() ? "" : " (that is " + path.toAbsolutePath() + ")")
                            + "; expected a data file (a relative path starts at the experiment"
                            + " file's directory)"
                            + Nearest.hint(path.toFile().getName(), besides(path)));
        }
        try {
            hashed = new HashingInputStream(Hashing.sha256(), Files.newInputStream(path));
            raw = new BufferedInputStream(hashed, BUFFER_BYTES);
            raw.mark(1);
            if (raw.read() < 0) {
                raw.close();
                throw empty();
            }
            raw.reset();
            content = unpacked();
        } catch (IOException e) {
            throw broken(e, 0);
        }
    }

    private InputStream unpacked() throws IOException {
        if (name.endsWith(".gz")) {
            return new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES), BUFFER_BYTES);
        }
        return name.endsWith(".zst")
                ? new BufferedInputStream(new ZstdInputStream(raw), BUFFER_BYTES)
                : raw;
    }

    /** Names of the files in the same folder; none where it can't be read. */
    private static List<String> besides(Path path) {
        try (Stream<Path> files = Files.list(path.resolveSibling("").toAbsolutePath())) {
            return files.map(file -> file.toFile().getName()).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** What messages call it: its path. */
    public String name() {
        return name;
    }

    /** Where it is, for formats that are not read from the first byte to the last. */
    Path path() {
        return path;
    }

    /** The unpacked bytes. */
    public InputStream content() {
        return content;
    }

    /** SHA-256 (hex) of the whole file as stored on disk; reads the remaining bytes first. */
    String sha256Hex() {
        try {
            raw.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw broken(e, 0);
        }
        return hashed.hash().toString();
    }

    /** The error for a file without rows. */
    DataException empty() {
        return DataException.at(
                name, 0, "no rows", "at least one row", "Is it the right file, and complete?");
    }

    /**
     * The error for a failed read.
     *
     * @param afterLine the last line that could be read; 0 for none
     */
    public DataException broken(IOException e, long afterLine) {
        String after = afterLine > 0 ? " after line " + afterLine : "";
        if (e instanceof EOFException) {
            return DataException.at(
                    name,
                    0,
                    "truncated gzip data" + after,
                    "a complete file",
                    "Fetch or write it again.",
                    e);
        }
        if (e instanceof ZipException) {
            return DataException.at(
                    name,
                    0,
                    "corrupt gzip data" + after + " (" + e.getMessage() + ")",
                    "a gzip file, as its name ends in .gz",
                    "Fetch or write it again.",
                    e);
        }
        if (e instanceof ZstdIOException) {
            return DataException.at(
                    name,
                    0,
                    "truncated or corrupt zstd data" + after + " (" + e.getMessage() + ")",
                    "a complete zstd file, as its name ends in .zst",
                    "Fetch or write it again.",
                    e);
        }
        if (e instanceof CharacterCodingException) {
            return notUtf8(e);
        }
        return DataException.at(
                name,
                0,
                "a read error" + after + ": " + e,
                "a readable file",
                "Check the disk and the file's permissions.",
                e);
    }

    /** Looked for anew: who reads more than a line at once does not know in which one it is. */
    private DataException notUtf8(IOException e) {
        long line = 0;
        String found = "bytes that are not UTF-8";
        try (SourceFile again = new SourceFile(path)) {
            LineReader lines = new LineReader(again.content());
            try {
                while (lines.next() != null) {
                    line = lines.number();
                }
            } catch (IOException stopped) {
                found += lines.badByte() > 0 ? ", from byte " + lines.badByte() + " of it on" : "";
                line++;
            }
        }
        return DataException.at(name, line, found, "UTF-8 text", "Convert the file to UTF-8.", e);
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            throw broken(e, 0);
        }
    }
}
