package dev.belay.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A process as it is known after the JVM that started it is gone: pids are used again, a pid
 * together with a start time is not.
 *
 * @param started as reported by the operating system; the epoch if it is not, which matches no
 *     process
 */
record RecordedProcess(long pid, Instant started) {
    /**
     * Linux computes start times from a boot time in whole seconds that the clock's corrections may
     * move.
     */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final Pattern LINE = Pattern.compile("(\\d{1,18}) (\\d{1,18})\\R");

    static RecordedProcess of(ProcessHandle process) {
        return new RecordedProcess(
                process.pid(), process.info().startInstant().orElse(Instant.EPOCH));
    }

    /**
     * The process recorded in a file; empty if there is no file, or none that was written to its
     * end.
     */
    static Optional<RecordedProcess> read(Path file) throws IOException {
        try {
            var words = LINE.matcher(Files.readString(file));
            return words.matches()
                    ? Optional.of(
                            new RecordedProcess(
                                    Long.parseLong(words.group(1)),
                                    Instant.ofEpochMilli(Long.parseLong(words.group(2)))))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        var aside = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(aside, "%d %d%n".formatted(pid, started.toEpochMilli()));
        Files.move(
                aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * The running process with this pid and this start time; empty if it is gone or the pid is
     * another's now.
     */
    Optional<ProcessHandle> running() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(p -> p.info().startInstant().filter(this::isStart).isPresent());
    }

    private boolean isStart(Instant other) {
        return Duration.between(started, other).abs().compareTo(TOLERANCE) <= 0;
    }
}
