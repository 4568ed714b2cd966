package dev.belay.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Memory of this process.
 *
 * @param heap bytes of the heap in use after a full collection
 * @param resident bytes of it all that are in the machine's memory
 */
public record Memory(long heap, long resident) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long KIB = 1024;

    public static Memory now() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        try {
            return new Memory(heap, KIB * (Files.exists(STATUS) ? fromProc("VmRSS") : fromPs()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the memory of this process", e);
        }
    }

    /**
     * The most bytes that were resident since the process began; empty where the system is not
     * Linux.
     */
    public static OptionalLong peakResident() {
        try {
            return Files.exists(STATUS)
                    ? OptionalLong.of(KIB * fromProc("VmHWM"))
                    : OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the memory of this process", e);
        }
    }

    /**
     * The same of another process; empty also when it has ended.
     *
     * @param pid its id
     */
    public static OptionalLong peakResident(long pid) {
        try {
            Path status = Path.of("/proc", Long.toString(pid), "status");
            for (String line : Files.readAllLines(status))
                if (line.startsWith("VmHWM:")) return OptionalLong.of(KIB * digits(line));
        } catch (IOException e) {
            return OptionalLong.empty(); // no such process any more, or no Linux
        }
        return OptionalLong.empty(); // it is being removed: no memory is left
    }

    private static long fromProc(String key) throws IOException {
        for (String line : Files.readAllLines(STATUS))
            if (line.startsWith(key + ":")) return digits(line);
        throw new IOException("no " + key + " in " + STATUS);
    }

    private static long digits(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static long fromPs() throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid());
        Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", pid).start();
        try (var out = ps.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (!said.matches("\\d+"))
                throw new IOException("ps said '" + said + "', expected a number");
            return Long.parseLong(said);
        }
    }
}
