package dev.belay.aggregators.streams;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.streams.errors.StreamsException;

/**
 * A file beside the stores of a Streams application: it exists while the stores are in use and is
 * deleted once all of them are closed. If it exists at a start, a process was killed with its
 * stores open, and they may hold writes of an aborted transaction.
 *
 * <p>Kafka Streams (4.3.1) has a marker of its own in each store, but sets it to "closed" just
 * before it deletes the stores of a task that is closed dirty ({@code StateManagerUtil}): a process
 * killed in between leaves a store that appears to be clean. This file lies outside the tasks'
 * folders, so that no deletion of a task removes it.
 */
final class UncleanShutdownMarker {
    private final Path file;

    /**
     * @param state the state folder of all applications
     */
    UncleanShutdownMarker(Path state, String applicationId) {
        file = state.resolve(applicationId + ".in-use");
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** Does nothing if it exists. */
    void create() {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.newByteChannel(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.SYNC)
                    .close();
        } catch (IOException e) {
            throw new StreamsException("cannot create " + file, e);
        }
    }

    /** Does nothing if it does not exist. */
    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StreamsException("cannot delete " + file, e);
        }
    }
}
