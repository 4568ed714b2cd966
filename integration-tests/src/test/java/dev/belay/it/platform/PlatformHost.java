package dev.belay.it.platform;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

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

    /** Starts one on free ports, on which it can be started again after a kill. */
    public static PlatformHost start(Path dataDir) throws IOException {
        return start(dataDir, freePort(), freePort());
    }

    /**
     * A free port below those that systems give to clients' own ends of connections (from 32768 on
     * Linux): one of these may be taken by a client that reconnects while the platform is away.
     */
    public static int freePort() throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (BindException e) {
                // taken: another one
            }
        }
        throw new IOException("no free port found in 100 tries");
    }

    /**
     * Starts one in a process of its own; returns when both broker and registry are ready. Waits
     * for the ports: a killed platform's registry lives until it notices that its parent has gone.
     */
    public static PlatformHost start(Path dataDir, int brokerPort, int registryPort)
            throws IOException {
        awaitFree(brokerPort);
        awaitFree(registryPort);
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

    /** Waits until nothing listens on a port. */
    public static void awaitFree(int port) {
        Awaitility.await("port " + port)
                .ignoreExceptionsInstanceOf(BindException.class)
                .until(
                        () -> {
                            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
                            return true;
                        });
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
