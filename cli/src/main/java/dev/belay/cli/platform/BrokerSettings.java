package dev.belay.cli.platform;

import java.nio.file.Path;
import java.util.Map;

/** The settings of a single KRaft node, broker and controller in one, on the loopback address. */
final class BrokerSettings {
    static final int NODE_ID = 1;
    static final String CONTROLLER = "CONTROLLER";
    static final String HOST = "127.0.0.1";

    private BrokerSettings() {}

    /**
     * The broker's configuration.
     *
     * @param logDir where its log is, formatted
     * @param port the clients' listener
     * @param controllerPort the node's listener for itself; may change from start to start
     */
    static Map<String, String> of(Path logDir, int port, int controllerPort) {
        var quorum = "%s:%d".formatted(HOST, controllerPort);
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", Integer.toString(NODE_ID)),
                Map.entry("controller.quorum.voters", NODE_ID + "@" + quorum),
                Map.entry("controller.listener.names", CONTROLLER),
                Map.entry(
                        "listeners",
                        "PLAINTEXT://%s:%d,%s://%s".formatted(HOST, port, CONTROLLER, quorum)),
                Map.entry("log.dirs", logDir.toString()),
                Map.entry("auto.create.topics.enable", "false"),
                // one node: every replica count is 1
                Map.entry("default.replication.factor", "1"),
                Map.entry("min.insync.replicas", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.num.partitions", "4"),
                // a restart is accepted once the session of the killed broker is over: by default 9
                // s
                Map.entry("broker.session.timeout.ms", "2000"),
                Map.entry("broker.heartbeat.interval.ms", "500"),
                // without it the metadata log grows twice a second while nothing happens
                Map.entry("metadata.max.idle.interval.ms", "10000"),
                Map.entry("server.max.startup.time.ms", "60000"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // what a killed client left open must not hold up read_committed readers for 10 s
                // more
                Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                // a run may be resumed after months: nothing of it may have expired
                Map.entry("offsets.retention.minutes", "5256000"),
                Map.entry("transactional.id.expiration.ms", "2147483647"),
                Map.entry("log.retention.ms", "-1"),
                // after kill -9 the newest segment of each partition is read through
                Map.entry("log.segment.bytes", "67108864"),
                // for one machine and a few clients
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "4"),
                Map.entry("background.threads", "2"),
                Map.entry("num.recovery.threads.per.data.dir", "2"),
                Map.entry("log.cleaner.dedupe.buffer.size", "8388608"));
    }
}
