package dev.belay.cli.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a data folder. The operating system takes it back when the process ends, also by
 * kill -9, so a file left behind does not lock the folder; its content only names the holder.
 */
final class DataDirLock implements AutoCloseable {
    static final String FILE = "lock";

    private final Path dataDir;
    private final FileChannel channel;

    private DataDirLock(Path dataDir, FileChannel channel) {
        this.dataDir = dataDir;
        this.channel = channel;
    }

    /**
     * @param dataDir an existing folder
     * @throws PlatformException if a process holds it (this one counts), naming its pid
     */
    static DataDirLock take(Path dataDir) throws IOException {
        var file = dataDir.resolve(FILE);
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new PlatformException(
                        "%s is in use by process %s. If that is a broker, use it with --bootstrap-servers and --registry as it has printed them; else wait for it, or choose another folder with --data."
                                .formatted(dataDir, holder(file)));
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.UTF_8.encode(Long.toString(ProcessHandle.current().pid())));
            return new DataDirLock(dataDir, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very JVM
        }
    }

    private static String holder(Path file) throws IOException {
        var pid = Files.readString(file).strip();
        return pid.isEmpty() ? "(it has not said which yet)" : pid;
    }

    /** The folder. */
    @Override
    public String toString() {
        return dataDir.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
