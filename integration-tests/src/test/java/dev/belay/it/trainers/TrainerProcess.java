package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A {@link TrainerHost} and what it says. */
final class TrainerProcess implements AutoCloseable {
    /**
     * A micro-epoch that it has committed.
     *
     * @param atMs when, milliseconds since the epoch
     */
    record Commit(String model, long number, long atMs) {}

    private static final int COMMITTED_WORDS = 4;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final List<Commit> commits = new ArrayList<>();

    private TrainerProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "trainer-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static TrainerProcess start(Map<String, String> settings, Harm harm) throws IOException {
        return start("", settings, harm);
    }

    /**
     * @param before shell commands for the process that becomes the trainer, such as {@code ulimit
     *     …;}
     */
    static TrainerProcess start(String before, Map<String, String> settings, Harm harm)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "/bin/bash",
                                "-c",
                                before + " exec \"$@\"",
                                "trainer",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                // 17 MB outside of the heap for each of 18 bags of words
                                "-XX:MaxDirectMemorySize=512m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dai.djl.offline=true",
                                "-Dai.djl.pytorch.num_threads=1",
                                "-Dai.djl.pytorch.num_interop_threads=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                TrainerHost.class.getName(),
                                harm.text()));
        settings.forEach((key, value) -> command.add(key + "=" + value));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OMP_NUM_THREADS", "1");
        return new TrainerProcess(builder.start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    synchronized List<Commit> commits() {
        return List.copyOf(commits);
    }

    /** Whether a line of its output has a part that matches. */
    boolean hasLine(Pattern pattern) {
        return output().stream().anyMatch(line -> pattern.matcher(line).find());
    }

    synchronized List<String> output() {
        return List.copyOf(lines);
    }

    /** Its last lines, for messages. */
    String lastWords() {
        List<String> last = output();
        return "process %d (%s), last output:\n  %s"
                .formatted(
                        process.pid(),
                        process.isAlive() ? "alive" : "exit code " + process.exitValue(),
                        String.join(
                                "\n  ", last.subList(Math.max(0, last.size() - 40), last.size())));
    }

    /** SIGKILL, or one it has sent itself; returns when it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "it survives SIGKILL");
    }

    /** SIGSTOP. */
    void stop() throws Exception {
        signal("STOP");
    }

    /** SIGCONT. */
    void goOn() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        String[] command = {"/bin/sh", "-c", "kill -" + name + " " + process.pid()};
        int code = new ProcessBuilder(command).start().waitFor();
        assertTrue(code == 0, () -> "no SIG" + name + " for it; " + lastWords());
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                take(line);
            }
        } catch (IOException e) {
            take("(its output ended: " + e + ")");
        }
    }

    private synchronized void take(String line) {
        String[] words = line.split(" ", -1);
        // SIGKILL may cut its last line short
        if (words[0].equals("COMMITTED") && words.length == COMMITTED_WORDS) {
            commits.add(new Commit(words[2], Long.parseLong(words[3]), Long.parseLong(words[1])));
        } else {
            lines.add(line);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
