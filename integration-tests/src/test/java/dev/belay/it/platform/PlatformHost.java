package dev.belay.it.platform;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with a platform in it, to be killed. Its {@code main} prints {@code READY broker registry}
 * and then waits for the end.
 */
public final class PlatformHost implements AutoCloseable {
    private final Process process;
    private final String bootstrapServers;
    private final String registryUrl;

    private PlatformHost(Process process, String bootstrapServers, String registryUrl) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
        this.registryUrl = registryUrl;
    }

    public static void main(String[] args) throws InterruptedException {
        var platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(
                                Path.of(args[0]),
                                Integer.parseInt(args[1]),
                                Integer.parseInt(args[2])),
                        System.err::println);
        System.out.printf("READY %s %s%n", platform.bootstrapServers(), platform.registryUrl());
        Thread.currentThread().join();
    }

    /** Starts one on free ports, as below. */
    public static PlatformHost start(Path dataDir) throws IOException {
        return start(dataDir, 0, 0);
    }

    /** Starts one in a process of its own; returns when both broker and registry are ready. */
    public static PlatformHost start(Path dataDir, int brokerPort, int registryPort)
            throws IOException {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PlatformHost.class.getName(),
                                dataDir.toString(),
                                Integer.toString(brokerPort),
                                Integer.toString(registryPort))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        var output = process.inputReader(StandardCharsets.UTF_8);
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            var words = List.of(line.split(" ", -1));
            if (words.get(0).equals("READY")) {
                return new PlatformHost(process, words.get(1), words.get(2));
            }
        }
        throw new IOException("the platform's JVM ended before it was ready");
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public String registryUrl() {
        return registryUrl;
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " survives SIGKILL");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
