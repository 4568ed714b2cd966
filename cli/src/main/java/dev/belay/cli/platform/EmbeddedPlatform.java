package dev.belay.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker in this JVM and a real schema registry beside it, on one data folder.
 *
 * <p>Both start at the same time. {@link #start} returns when the broker serves; the registry may
 * take a little longer, and {@link #registryUrl} waits for it. Thread-safe.
 */
public final class EmbeddedPlatform implements AutoCloseable {
    private final DataDirLock lock;
    private final RegistryProcess registry;
    private final EmbeddedBroker broker;
    private final CompletableFuture<String> registryUrl;
    private boolean closed;

    private EmbeddedPlatform(
            DataDirLock lock,
            RegistryProcess registry,
            EmbeddedBroker broker,
            CompletableFuture<String> registryUrl) {
        this.lock = lock;
        this.registry = registry;
        this.broker = broker;
        this.registryUrl = registryUrl;
    }

    /**
     * Starts both on a folder that is new, was closed, or was left by a killed process.
     *
     * <p>After a failure the broker may leave threads that are not daemons: a {@code main} ends
     * with {@code System.exit}.
     *
     * @param progress gets a line for people when something is ready; called from two threads
     * @throws PlatformException if the folder is in use, a port is in use, or one of the two does
     *     not come up; nothing is left running then
     */
    public static EmbeddedPlatform start(PlatformConfig config, Consumer<String> progress) {
        DataDirLock lock = null;
        RegistryProcess registry = null;
        try {
            var home = RegistryHome.locate();
            var dataDir = Files.createDirectories(config.dataDir()).toRealPath();
            lock = DataDirLock.take(dataDir);
            var ports =
                    Ports.take(
                            List.of(
                                    new Ports.Wanted("Kafka broker", config.brokerPort(), "--port"),
                                    new Ports.Wanted(
                                            "schema registry",
                                            config.registryPort(),
                                            "--registry-port"),
                                    new Ports.Wanted("Kafka controller", 0, "--port")));
            long startNs = System.nanoTime();
            registry =
                    RegistryProcess.launch(
                            home, dataDir.resolve("registry"), BrokerSettings.HOST, ports.get(1));
            var registryUrl = awaitAside(registry, startNs, progress);
            var broker = EmbeddedBroker.start(dataDir.resolve("kafka"), ports.get(0), ports.get(2));
            progress.accept(
                    "Kafka broker at %s, ready in %s"
                            .formatted(broker.bootstrapServers(), since(startNs)));
            return new EmbeddedPlatform(lock, registry, broker, registryUrl);
        } catch (IOException e) {
            release(registry, lock);
            throw new PlatformException(
                    "cannot start the broker and the registry on %s: %s"
                            .formatted(config.dataDir(), e),
                    e);
        } catch (RuntimeException e) {
            release(registry, lock);
            throw e;
        }
    }

    /** What Kafka clients take as {@code bootstrap.servers}: a loopback address and port. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /**
     * What Confluent clients take as {@code schema.registry.url}; waits until the registry answers,
     * bounded.
     *
     * @throws PlatformException if the registry did not come up, with the last lines of its log
     */
    public String registryUrl() {
        try {
            return registryUrl.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof PlatformException known
                    ? known
                    : new PlatformException("the schema registry did not start: " + e, e);
        }
    }

    /** Completes if the registry's process ends although this platform is open, saying how. */
    public CompletableFuture<PlatformException> failure() {
        return registry.failure();
    }

    /** Stops both and frees the folder; may be called twice. The data stay. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            broker.close();
        } finally {
            release(registry, lock);
        }
    }

    private static CompletableFuture<String> awaitAside(
            RegistryProcess registry, long startNs, Consumer<String> progress) {
        var ready = new CompletableFuture<String>();
        var thread =
                new Thread(
                        () -> {
                            try {
                                var url = registry.awaitReady();
                                progress.accept(
                                        "schema registry at %s, ready in %s"
                                                .formatted(url, since(startNs)));
                                ready.complete(url);
                            } catch (InterruptedException | RuntimeException e) {
                                ready.completeExceptionally(e);
                            }
                        },
                        "registry-start");
        thread.setDaemon(true);
        thread.start();
        return ready;
    }

    private static String since(long startNs) {
        return "%.1f s".formatted(Duration.ofNanos(System.nanoTime() - startNs).toMillis() / 1e3);
    }

    private static void release(@Nullable RegistryProcess registry, @Nullable DataDirLock lock) {
        try {
            if (registry != null) {
                registry.close();
            }
        } finally {
            free(lock);
        }
    }

    private static void free(@Nullable DataDirLock lock) {
        if (lock == null) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new PlatformException("cannot free the data folder: " + e.getMessage(), e);
        }
    }
}
