package dev.belay.cli.platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka node in this JVM. Its log, cluster id and topics outlive it; its ports need not stay
 * the same.
 */
final class EmbeddedBroker implements AutoCloseable {
    /** The file that Kafka leaves in its log folder when it stops, and deletes when it starts. */
    private static final String STOPPED_IN_ORDER = ".kafka_cleanshutdown";

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Formats the log folder if that was not done, and returns once the broker serves its clients.
     *
     * <p>After a kill it is started and stopped once on ports that nobody knows. Its log says that
     * it leads all partitions, so it begins to load the groups' offsets, loses the lead when it
     * registers, and begins again. A first load that ends after the second has begun makes Kafka
     * 4.3 take the second for done: groups have no offsets, and clients begin anew. A broker that
     * was stopped in order leads nothing when it starts, and loads once.
     *
     * @throws PlatformException if it does not come up within a minute; its threads may still run
     *     then, so that the caller has to end the JVM
     */
    static EmbeddedBroker start(Path logDir, int port, int controllerPort) throws IOException {
        formatOnce(logDir);
        if (wasKilled(logDir)) {
            List<Integer> aside =
                    Ports.take(
                            List.of(
                                    new Ports.Wanted("Kafka broker", 0, "--port"),
                                    new Ports.Wanted("Kafka controller", 0, "--port")));
            up(logDir, aside.get(0), aside.get(1)).close();
        }
        return up(logDir, port, controllerPort);
    }

    /** Whether a broker was here that was not stopped in order. */
    private static boolean wasKilled(Path logDir) throws IOException {
        return Files.exists(logDir.resolve("__cluster_metadata-0"))
                && !Files.exists(logDir.resolve(STOPPED_IN_ORDER));
    }

    private static EmbeddedBroker up(Path logDir, int port, int controllerPort) {
        var config = KafkaConfig.apply(BrokerSettings.of(logDir, port, controllerPort), false);
        var server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new PlatformException(
                    "the Kafka broker on port %d with its data in %s did not start: %s"
                            .formatted(port, logDir, rootMessage(e)),
                    e);
        }
        return new EmbeddedBroker(server, port);
    }

    String bootstrapServers() {
        return BrokerSettings.HOST + ":" + port;
    }

    /** Hands over and stops; what was acknowledged is in the log. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    /**
     * Formats aside and renames, so that a kill in the middle leaves nothing that looks formatted.
     */
    private static void formatOnce(Path logDir) throws IOException {
        if (Files.exists(logDir.resolve("meta.properties"))) {
            return;
        }
        var aside = logDir.resolveSibling(logDir.getFileName() + ".new");
        if (Files.exists(logDir)) {
            throw new PlatformException(
                    "%s is there but has no meta.properties: it is not this broker's. Move it away or choose another folder with --data."
                            .formatted(logDir));
        }
        Utils.delete(aside.toFile());
        Files.createDirectories(aside);
        var said = new ByteArrayOutputStream();
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(said, true, StandardCharsets.UTF_8))
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName(BrokerSettings.CONTROLLER)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setDirectories(List.of(aside.toString()))
                    .setMetadataLogDirectory(aside.toString())
                    .run();
        } catch (Exception e) { // Formatter.run() declares no narrower type
            throw formatFailed(logDir, said, e);
        }
        Files.move(aside, logDir, StandardCopyOption.ATOMIC_MOVE);
    }

    private static PlatformException formatFailed(
            Path logDir, ByteArrayOutputStream said, Exception e) {
        return new PlatformException(
                "cannot format %s for the Kafka broker: %s %s"
                        .formatted(
                                logDir,
                                rootMessage(e),
                                said.toString(StandardCharsets.UTF_8).strip()),
                e);
    }

    private static String rootMessage(Throwable e) {
        var root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getName() : root.getMessage();
    }
}
