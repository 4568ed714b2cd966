package dev.belay.cli.bench;

import dev.belay.benchmarks.harness.Findings;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What all benches share: a broker, a registry, a store and a cache of their own, then removed. */
final class BenchPlatform {
    @Option(
            names = "--quick",
            description = "a short form that shows that it works; its figures mean little")
    private boolean quick;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "where the temporary folder is made (default: the system's folder for such)")
    private @Nullable Path dir;

    /** Measures something with clients of a broker that is its own. */
    @FunctionalInterface
    interface Bench {
        Findings run(Clients clients, Consumer<String> progress);
    }

    /** The same with a folder for its own files. */
    @FunctionalInterface
    interface FileBench {
        Findings run(Clients clients, Path folder, Consumer<String> progress)
                throws IOException, InterruptedException;
    }

    boolean quick() {
        return quick;
    }

    /** Runs it and prints the table and, as the last line, the JSON object. */
    int run(CommandLine command, Bench bench) throws IOException {
        return run(command, (clients, folder, progress) -> bench.run(clients, progress));
    }

    /** As {@link #run(CommandLine, Bench)}. */
    int run(CommandLine command, FileBench bench) throws IOException {
        PrintWriter err = command.getErr();
        Consumer<String> progress = err::println;
        Path folder =
                dir == null
                        ? Files.createTempDirectory("belay-bench")
                        : Files.createTempDirectory(dir, "belay-bench");
        try (EmbeddedPlatform platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), progress)) {
            Path files = Files.createDirectory(folder.resolve("files"));
            Findings findings = bench.run(clients(platform, folder), files, progress);
            command.getOut().printf("%n%s%n%s%n", findings.table(), findings.json());
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            Utils.delete(folder.toFile());
        }
    }

    private static Clients clients(EmbeddedPlatform platform, Path folder) {
        return new Clients(
                Settings.of(
                        Map.of(
                                "kafka.bootstrap.servers", platform.bootstrapServers(),
                                "registry.url", platform.registryUrl(),
                                "store", folder.resolve("checkpoints").toString(),
                                "cache", folder.resolve("cache").toString(),
                                "state", folder.resolve("streams").toString(),
                                "device", "cpu",
                                "instance", "bench")),
                new SimpleMeterRegistry());
    }
}
