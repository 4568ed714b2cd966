package dev.belay.cli.results;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Runs an experiment in a JVM of its own, with this one's options and terminal. It ends when this
 * process does: asked to, it stops in order; if this one is killed, it ends at once and is resumed
 * later.
 */
public final class ExperimentProcess implements ExperimentRunner {
    private static final long LOOK_MS = 1_000;
    private static final long KIB = 1024;

    private final Path data;
    private final List<String> settings;

    /**
     * @param data folder for the brokers' data of all experiments, and their common cache
     * @param settings further options of {@code belay run}
     */
    public ExperimentProcess(Path data, List<String> settings) {
        this.data = data;
        this.settings = List.copyOf(settings);
    }

    @Override
    public int run(ListedExperiment experiment, Path out, boolean fresh, LongConsumer memory)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(ExperimentChild.class.getName());
        command.addAll(arguments(experiment, out));
        if (fresh) {
            command.add("--fresh");
        }
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start(); // its input is a pipe from here: its end is this process's end
        Thread stop = new Thread(() -> stop(process), "stop-experiment");
        Runtime.getRuntime().addShutdownHook(stop);
        long most = 0;
        do {
            most = Math.max(most, peak(process.toHandle()));
            memory.accept(most);
        } while (!process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS));
        Runtime.getRuntime().removeShutdownHook(stop);
        return process.exitValue();
    }

    private List<String> arguments(ListedExperiment experiment, Path out) {
        List<String> arguments = new ArrayList<>();
        arguments.add(experiment.file().toString());
        arguments.addAll(List.of("--out", out.toString()));
        arguments.addAll(List.of("--data", experiment.data(data).toString()));
        arguments.addAll(List.of("--set", "cache=" + data.resolve("cache")));
        arguments.addAll(settings);
        return arguments;
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Bytes of a process and its children at their peaks, an upper bound of their common peak; 0
     * where there is no {@code /proc}.
     */
    private static long peak(ProcessHandle process) throws IOException {
        long sum = 0;
        for (ProcessHandle one :
                Stream.concat(Stream.of(process), process.descendants()).toList()) {
            sum += KIB * peakKib(Path.of("/proc", Long.toString(one.pid()), "status"));
        }
        return sum;
    }

    private static long peakKib(Path status) throws IOException {
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return 0; // it has ended, and nothing has asked how
        } catch (NoSuchFileException e) { // it ended since
            return 0;
        } catch (IOException e) { // the same while it was read: ESRCH
            if (Files.exists(status)) {
                throw e;
            }
            return 0;
        }
    }
}
