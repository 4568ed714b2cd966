package dev.belay.models.store;

import com.google.common.hash.Hashing;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Checkpoints in a directory: {@code <root>/<experiment>/<model>.<seed>.<run>/}.
 *
 * <p>URIs are relative to the root, {@code
 * file:sst2/bow.0.1/00000016-weights-<sha256>.safetensors}, so that they stay valid when the
 * directory is moved or mounted elsewhere. An absolute {@code file:///…} (checkpoints of other
 * writers) is read too if, with links resolved, it is a regular file under the root.
 *
 * <p>A file is written under a temporary name, flushed and renamed; then the directory is flushed.
 */
public final class DirectoryStore implements CheckpointStore {
    /** Bytes written at a time. */
    private static final int PIECE = 1 << 20;

    private final Path root;

    /** Model folders whose entries in their parents are durable. */
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    /**
     * @param root created if absent
     */
    public DirectoryStore(Path root) {
        try {
            this.root = Files.createDirectories(root).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the checkpoint store " + root, e);
        }
    }

    @Override
    public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        Path directory = directory(modelId);
        Path file = directory.resolve(kind.fileName(number, sha256));
        Path aside = directory.resolve(file.getFileName() + "." + UUID.randomUUID() + ".aside");
        try {
            if (!Files.isDirectory(directory)) durable.remove(directory);
            Files.createDirectories(directory);
            writeThrough(aside, bytes);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
            flushDirectory(directory);
            flushAbove(directory);
        } catch (IOException e) {
            removeQuietly(aside, e);
            throw new UncheckedIOException("cannot store " + bytes.length + " bytes as " + file, e);
        }
        return new StoredFile(uri(file), sha256);
    }

    @Override
    public byte[] get(String uri, String sha256) {
        Path file = resolve(uri);
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(root) || !Files.isRegularFile(real))
                throw new MalformedCheckpointException(
                        uri + " leads to " + real + ", expected a file under " + root);
            long size = Files.size(real);
            if (size > MAX_BYTES)
                throw new MalformedCheckpointException(
                        uri + " has " + size + " bytes, expected at most " + MAX_BYTES);
            byte[] bytes = Files.readAllBytes(real);
            String found = Hashing.sha256().hashBytes(bytes).toString();
            if (!found.equals(sha256))
                throw new MalformedCheckpointException(
                        uri + " has SHA-256 " + found + ", expected " + sha256);
            return bytes;
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException(StoreLayout.absent(uri, root.toString()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read checkpoint " + uri, e);
        }
    }

    @Override
    public List<StoredFile> list(String modelId) {
        Path directory = directory(modelId);
        if (!Files.isDirectory(directory)) return List.of();
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(this::stored).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    @Override
    public void delete(String uri) {
        Path file = resolve(uri);
        try {
            if (!Files.exists(file)) return;
            if (!file.toRealPath().startsWith(root))
                throw new MalformedCheckpointException(uri + " is not under " + root);
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + uri, e);
        }
    }

    private StoredFile stored(Path file) {
        return new StoredFile(uri(file), StoreLayout.sha256(file.getFileName().toString()));
    }

    private Path directory(String modelId) {
        return root.resolve(StoreLayout.folder(modelId));
    }

    /** Names contain only characters that need no escape. */
    private String uri(Path file) {
        var path = new StringBuilder("file:");
        for (Path part : root.relativize(file)) path.append(part).append('/');
        return path.substring(0, path.length() - 1);
    }

    /** Checks that the path is under the root, without resolving links. */
    private Path resolve(String uri) {
        try {
            var parsed = new URI(uri);
            if (!"file".equals(parsed.getScheme()))
                throw new MalformedCheckpointException(
                        "checkpoint URI '" + uri + "', expected the scheme file");
            Path path =
                    parsed.isOpaque()
                            ? root.resolve(parsed.getSchemeSpecificPart()).normalize()
                            : Path.of(parsed).normalize();
            if (!path.startsWith(root) && !path.toRealPath().startsWith(root))
                throw new MalformedCheckpointException(uri + " is not under " + root);
            return path;
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new MalformedCheckpointException("'" + uri + "' is not a file URI", e);
        } catch (IOException e) {
            throw new MalformedCheckpointException(uri + " is not a file under " + root, e);
        }
    }

    private static void writeThrough(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            // in pieces: the JDK keeps a direct buffer of the largest write for each thread
            for (int from = 0; from < bytes.length; from += PIECE) {
                ByteBuffer piece =
                        ByteBuffer.wrap(bytes, from, Math.min(PIECE, bytes.length - from));
                while (piece.hasRemaining()) channel.write(piece);
            }
            channel.force(true);
        }
    }

    /** Makes the rename durable; not on Windows, where directories can't be opened. */
    private static void flushDirectory(Path directory) throws IOException {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) return;
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes the folder's own entry durable, once: its parents change only when it is created. */
    private void flushAbove(Path directory) throws IOException {
        if (durable.contains(directory)) return;
        for (Path d = directory; !d.equals(root); ) {
            d = d.resolve("..").normalize();
            flushDirectory(d);
        }
        durable.add(directory);
    }

    private static void removeQuietly(Path file, IOException why) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
