package dev.belay.it.secured;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka node in this JVM that allows nothing without an ACL and creates no topic by itself. Three
 * listeners: SCRAM over TLS, client certificates (the principal is the common name), and
 * OAUTHBEARER over TLS with unsigned tokens, which only tests accept.
 */
final class SecuredBroker implements AutoCloseable {
    /** Super user, who creates the ACLs. */
    static final String ADMIN = "admin";

    private static final String SCRAM =
            "org.apache.kafka.common.security.scram.ScramLoginModule required";
    private static final String OAUTH =
            "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";
    private static final String UNSECURED =
            "org.apache.kafka.common.security.oauthbearer.internals.unsecured.";

    private final KafkaRaftServer server;
    private final List<Integer> ports;
    private final Path trusted;

    private SecuredBroker(KafkaRaftServer server, List<Integer> ports, Path trusted) {
        this.server = server;
        this.ports = ports;
        this.trusted = trusted;
    }

    /**
     * @param users names of SCRAM users, besides {@link #ADMIN}
     * @param key the node's own
     * @param clients trusts the keys of clients
     * @param trusted trusts the node's key, for the settings of clients
     */
    static SecuredBroker start(
            Path folder, List<String> users, Path key, Path clients, Path trusted)
            throws Exception {
        Path log = Files.createDirectories(folder.resolve("kafka"));
        List<String> scram = new ArrayList<>();
        for (String user : plus(users, ADMIN)) {
            scram.add("SCRAM-SHA-256=[name=%s,password=%s]".formatted(user, password(user)));
        }
        new Formatter()
                .setPrintStream(
                        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setDirectories(List.of(log.toString()))
                .setMetadataLogDirectory(log.toString())
                .setScramArguments(scram)
                .run();
        List<Integer> ports = free(4); // at the last moment
        KafkaRaftServer server =
                new KafkaRaftServer(
                        KafkaConfig.apply(config(log, ports, key, clients), false), Time.SYSTEM);
        server.startup();
        return new SecuredBroker(server, ports, trusted);
    }

    private static Map<String, String> config(
            Path log, List<Integer> ports, Path key, Path clients) {
        Map<String, String> config = new LinkedHashMap<>();
        String at = "127.0.0.1:";
        config.put("process.roles", "broker,controller");
        config.put("node.id", "1");
        config.put("controller.quorum.voters", "1@" + at + ports.get(3));
        config.put("controller.listener.names", "CONTROLLER");
        config.put(
                "listeners",
                "SCRAM://%s%d,MTLS://%s%d,OAUTH://%s%d,CONTROLLER://%s%d"
                        .formatted(
                                at,
                                ports.get(0),
                                at,
                                ports.get(1),
                                at,
                                ports.get(2),
                                at,
                                ports.get(3)));
        config.put(
                "listener.security.protocol.map",
                "SCRAM:SASL_SSL,MTLS:SSL,OAUTH:SASL_SSL,CONTROLLER:PLAINTEXT");
        config.put("inter.broker.listener.name", "SCRAM");
        config.put("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-256");
        config.put("listener.name.scram.sasl.enabled.mechanisms", "SCRAM-SHA-256");
        config.put("listener.name.scram.scram-sha-256.sasl.jaas.config", scram(ADMIN));
        config.put("listener.name.mtls.ssl.client.auth", "required");
        config.put("listener.name.mtls.ssl.principal.mapping.rules", "RULE:^CN=(.*)$/$1/");
        config.put("listener.name.oauth.sasl.enabled.mechanisms", "OAUTHBEARER");
        String oauth = "listener.name.oauth.oauthbearer.sasl.";
        config.put(oauth + "jaas.config", OAUTH + " unsecuredLoginStringClaim_sub=\"broker\";");
        config.put(
                oauth + "server.callback.handler.class",
                UNSECURED + "OAuthBearerUnsecuredValidatorCallbackHandler");
        store(config, "ssl.keystore", key);
        store(config, "ssl.truststore", clients);
        config.put("ssl.key.password", KeyStores.PASSWORD);
        config.put("authorizer.class.name", RecordingAuthorizer.class.getName());
        config.put("allow.everyone.if.no.acl.found", "false");
        // the node's own requests on its plain-text controller listener are anonymous
        config.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        config.put("auto.create.topics.enable", "false");
        config.put("log.dirs", log.toString());
        for (String topic : List.of("offsets.topic", "transaction.state.log")) {
            config.put(topic + ".replication.factor", "1");
            config.put(topic + ".num.partitions", "4");
        }
        config.put("transaction.state.log.min.isr", "1");
        config.put("group.initial.rebalance.delay.ms", "0");
        config.put("log.cleaner.dedupe.buffer.size", "8388608");
        return config;
    }

    /** Settings {@code kafka.*} of a client with a SCRAM user's password. */
    Map<String, String> scramClient(String user) {
        Map<String, String> settings = tls(0, "SASL_SSL");
        settings.put("kafka.sasl.mechanism", "SCRAM-SHA-256");
        settings.put("kafka.sasl.jaas.config", scram(user));
        return settings;
    }

    /**
     * Settings of a client with a certificate.
     *
     * @param key of which the common name is the principal's
     */
    Map<String, String> mtlsClient(Path key) {
        Map<String, String> settings = tls(1, "SSL");
        store(settings, "kafka.ssl.keystore", key);
        settings.put("kafka.ssl.key.password", KeyStores.PASSWORD);
        return settings;
    }

    /** Settings of a client with a token that names a user. */
    Map<String, String> oauthClient(String user) {
        Map<String, String> settings = tls(2, "SASL_SSL");
        settings.put("kafka.sasl.mechanism", "OAUTHBEARER");
        settings.put(
                "kafka.sasl.jaas.config",
                OAUTH + " unsecuredLoginStringClaim_sub=\"" + user + "\";");
        settings.put(
                "kafka.sasl.login.callback.handler.class",
                UNSECURED + "OAuthBearerUnsecuredLoginCallbackHandler");
        return settings;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private Map<String, String> tls(int listener, String protocol) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap.servers", "127.0.0.1:" + ports.get(listener));
        settings.put("kafka.security.protocol", protocol);
        store(settings, "kafka.ssl.truststore", trusted);
        return settings;
    }

    private static void store(Map<String, String> config, String key, Path store) {
        config.put(key + ".location", store.toString());
        config.put(key + ".password", KeyStores.PASSWORD);
        config.put(key + ".type", KeyStores.TYPE);
    }

    private static String scram(String user) {
        return "%s username=\"%s\" password=\"%s\";".formatted(SCRAM, user, password(user));
    }

    static String password(String user) {
        return user + "-secret";
    }

    private static List<String> plus(List<String> users, String more) {
        List<String> all = new ArrayList<>(users);
        all.add(more);
        return all;
    }

    private static List<Integer> free(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0);
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }
}
