package dev.belay.it.secured;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.it.experiment.BelayProcess;
import dev.belay.runtime.settings.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A secured broker, and Belay's registry behind a proxy that demands credentials, at its root path
 * as Confluent's and Karapace do. Only the operator may register schemas.
 */
final class SecuredCluster implements AutoCloseable {
    static final String OPERATOR = "belay-operator";
    static final String READER = "belay-reader";
    static final String PRODUCER = "belay-producer";

    private static final Pattern REGISTRY = Pattern.compile("schema registry at (\\S+),");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final SecuredBroker broker;
    private final BelayProcess registry;
    private final RegistryProxy proxy;
    private final Path trusted;
    private final Path readerKey;

    private SecuredCluster(
            Path folder,
            SecuredBroker broker,
            BelayProcess registry,
            RegistryProxy proxy,
            Path trusted,
            Path readerKey) {
        this.folder = folder;
        this.broker = broker;
        this.registry = registry;
        this.proxy = proxy;
        this.trusted = trusted;
        this.readerKey = readerKey;
    }

    static SecuredCluster start(Path folder, List<String> users) throws Exception {
        BelayProcess registry =
                BelayProcess.start(
                        folder.resolve("registry"),
                        "registry",
                        "--data",
                        folder.resolve("registry-data").toString(),
                        "--registry-port",
                        "0");
        try {
            KeyStores stores = new KeyStores(folder);
            Path key = stores.key("broker");
            Path readerKey = stores.key(READER);
            Path trusted = stores.trusting("trusted", key);
            Path clients = stores.trusting("clients", key, readerKey);
            SecuredBroker broker = SecuredBroker.start(folder, users, key, clients, trusted);
            Map<String, Boolean> mayRegister = new HashMap<>();
            users.forEach(user -> mayRegister.put(credentials(user), user.equals(OPERATOR)));
            RegistryProxy proxy =
                    new RegistryProxy(
                            registry.awaitOutput(REGISTRY),
                            KeyStores.context(key, trusted),
                            mayRegister);
            return new SecuredCluster(folder, broker, registry, proxy, trusted, readerKey);
        } catch (Exception e) {
            registry.close();
            throw e;
        }
    }

    /** Settings of a principal, with SCRAM. */
    Map<String, String> settings(String user) {
        return withRegistry(user, broker.scramClient(user));
    }

    /** The reader's settings, with its certificate instead of a password. */
    Map<String, String> readerByCertificate() {
        return withRegistry(READER, broker.mtlsClient(readerKey));
    }

    /** The reader's settings, with a token. */
    Map<String, String> readerByToken() {
        return withRegistry(READER, broker.oauthClient(READER));
    }

    private Map<String, String> withRegistry(String user, Map<String, String> kafka) {
        Map<String, String> settings = new LinkedHashMap<>(kafka);
        settings.put("registry.url", proxy.url());
        settings.put("registry.basic.auth.user.info", credentials(user));
        settings.put("registry.ssl.truststore.location", trusted.toString());
        settings.put("registry.ssl.truststore.password", KeyStores.PASSWORD);
        settings.put("registry.ssl.truststore.type", KeyStores.TYPE);
        settings.put("schemas.register", Boolean.toString(user.equals(OPERATOR)));
        settings.put("task.partitions", "2");
        settings.put("health.port", "0");
        settings.put("wait.broker", "120");
        settings.put("store", folder.resolve("store").toString());
        settings.put("state", folder.resolve("state-" + user).toString());
        settings.put("cache", folder.resolve("cache").toString());
        return settings;
    }

    /** The settings as a file. */
    Path file(Map<String, String> settings) throws Exception {
        Path file = Files.createTempFile(folder, "settings", ".yaml");
        JSON.writeValue(file.toFile(), settings); // JSON is YAML
        return file;
    }

    /** Starts a service under its own principal. */
    BelayProcess service(String user, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", file(settings(user)).toString()));
        return BelayProcess.start(folder.resolve("as-" + user), all.toArray(String[]::new));
    }

    /** What a command did. */
    record Result(int code, String out, String err) {
        Result succeeded() {
            assertEquals(0, code, () -> out + err);
            return this;
        }
    }

    /** Runs a command in this JVM. */
    Result command(Map<String, String> settings, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", file(settings).toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Belay.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(all.toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }

    /** A client of the super user. */
    Admin admin() {
        Settings settings = Settings.of(broker.scramClient(SecuredBroker.ADMIN));
        return Admin.create(new TreeMap<>(settings.kafka("admin")));
    }

    void create(Collection<AclBinding> acls) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.createAcls(acls).all().get();
        }
    }

    /** What {@code belay acls --json} has printed. */
    static List<AclBinding> bindings(String json) throws Exception {
        List<AclBinding> bindings = new ArrayList<>();
        for (JsonNode acl : JSON.readTree(json)) {
            ResourcePattern resource =
                    new ResourcePattern(
                            ResourceType.valueOf(acl.get("resourceType").asText()),
                            acl.get("name").asText(),
                            PatternType.valueOf(acl.get("patternType").asText()));
            for (JsonNode operation : acl.get("operations")) {
                bindings.add(
                        new AclBinding(
                                resource,
                                new AccessControlEntry(
                                        acl.get("principal").asText(),
                                        acl.get("host").asText(),
                                        AclOperation.valueOf(operation.asText()),
                                        AclPermissionType.valueOf(
                                                acl.get("permission").asText()))));
            }
        }
        return bindings;
    }

    private static String credentials(String user) {
        return user + ":" + SecuredBroker.password(user);
    }

    @Override
    public void close() {
        try (broker;
                registry) {
            proxy.close();
        }
    }
}
