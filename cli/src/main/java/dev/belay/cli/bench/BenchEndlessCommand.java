package dev.belay.cli.bench;

import dev.belay.benchmarks.endless.EndlessBench;
import dev.belay.benchmarks.endless.EndlessBench.Sizes;
import dev.belay.benchmarks.harness.Findings;
import dev.belay.runtime.clients.Clients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay bench endless}. */
@Command(
        name = "endless",
        mixinStandardHelpOptions = true,
        description =
                "Records/s of an endless source that are learned from and counted, and how long one"
                        + " takes at a tenth of that.")
final class BenchEndlessCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BenchPlatform platform;

    @Option(names = "--records", description = "at full load (50000; quick: 1000)")
    private @Nullable Integer records;

    @Option(names = "--seconds", description = "of the tenth (60; quick: 5)")
    private @Nullable Integer seconds;

    private @Nullable Process run;

    @Override
    public Integer call() throws IOException {
        Sizes usual = platform.quick() ? Sizes.QUICK : Sizes.USUAL;
        Sizes sizes =
                new Sizes(
                        records == null ? usual.records() : records,
                        seconds == null ? usual.seconds() : seconds);
        return platform.run(
                spec.commandLine(), (clients, progress) -> measure(clients, sizes, progress));
    }

    private Findings measure(Clients clients, Sizes sizes, Consumer<String> progress) {
        var bench = new EndlessBench(clients, sizes, progress, () -> run != null && run.isAlive());
        try {
            return bench.run(() -> run = start(clients));
        } finally {
            if (run != null) {
                run.destroyForcibly();
            }
        }
    }

    /** The run in a JVM of its own, as {@code belay run} with all services in it. */
    private Process start(Clients clients) {
        try {
            Path folder = clients.settings().state().resolveSibling("run");
            Files.createDirectories(folder);
            Path file = Files.writeString(folder.resolve("live.yaml"), EndlessBench.EXPERIMENT);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.add(spec.root().userObject().getClass().getName());
            command.addAll(List.of("run", file.toString(), "--services", "embedded"));
            command.addAll(List.of("--out", folder.resolve("out").toString()));
            command.addAll(List.of("--data", folder.resolve("data").toString()));
            command.addAll(List.of("--bootstrap-servers", clients.settings().bootstrapServers()));
            command.addAll(List.of("--registry", clients.settings().registryUrl()));
            command.addAll(List.of("--set", "health.port=-1"));
            return new ProcessBuilder(command)
                    .redirectOutput(folder.resolve("stdout").toFile())
                    .redirectError(folder.resolve("stderr").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
