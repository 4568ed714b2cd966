package dev.belay.it.secured;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.it.experiment.BelayProcess;
import dev.belay.it.experiment.SmallExperiment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An experiment on a cluster with SCRAM, TLS and ACLs, each service under a principal that has what
 * {@code belay acls} prints for it and nothing else.
 */
@Timeout(600)
class SecuredIT {
    private static final String OPERATOR = SecuredCluster.OPERATOR;
    private static final String READER = SecuredCluster.READER;
    private static final String PRODUCER = SecuredCluster.PRODUCER;

    /** Operator, producer and reader in one, for {@code belay run}. */
    private static final String EXPERIMENTER = "belay-experimenter";

    /** Arguments of each service, by its principal. */
    private static final Map<String, List<String>> SERVICES = services();

    /** ACLs, as {@link #text} writes them, that this experiment has no use for. */
    private static final Pattern UNUSED =
            Pattern.compile(
                    // no dead letters, labelers that are not models, or misplaced records
                    "\\S+ (READ|WRITE|DELETE) TOPIC belay.dead-letters"
                            // no tags, no change of the labels
                            + "|belay-(aggregator WRITE|reader READ) TOPIC belay.(slices|alerts)"
                            + "|belay-operator (READ|WRITE) TOPIC belay.labelers"
                            + "|belay-reader READ TOPIC belay.labeler(s|-versions|-states)"
                            + "|belay-truth-labeler WRITE TOPIC belay.small.(examples|truth)"
                            // no topic with the broker's shorter retention, nothing is stopped
                            + "|belay-operator ALTER_CONFIGS TOPIC \\S+"
                            + "|belay-operator WRITE TRANSACTIONAL_ID belay.models.stop");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;
    private static SecuredCluster cluster;

    private static Map<String, List<String>> services() {
        Map<String, List<String>> services = new LinkedHashMap<>();
        services.put("belay-truth-labeler", List.of("labeler", "--group", "truth"));
        services.put("belay-labeler", List.of("labeler", "--group", "others"));
        services.put("belay-evaluator", List.of("evaluator"));
        services.put("belay-truth-trainer", List.of("trainer", "--group", "truth"));
        services.put("belay-trainer", List.of("trainer", "--group", "others"));
        services.put("belay-aggregator", List.of("aggregator"));
        return services;
    }

    @BeforeAll
    static void start() throws Exception {
        List<String> users = new ArrayList<>(SERVICES.keySet());
        users.addAll(List.of(OPERATOR, READER, PRODUCER, EXPERIMENTER));
        cluster = SecuredCluster.start(folder, users);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** Each service lacks one ACL at first, which it names; once that is created, it goes on. */
    @Test
    void anExperimentCompletesWithThePrintedAclsAndNothingElse() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder.resolve("small"));
        List<AclBinding> all = acls(file);
        // in this order, since a service may wait for what those before it write
        Map<String, AclBinding> missing = new LinkedHashMap<>();
        for (String acl :
                List.of(
                        "belay-aggregator CREATE TOPIC belay.small.aggregator-",
                        "belay-trainer READ TOPIC belay.small.labels.small.bow.0",
                        "belay-truth-labeler WRITE TRANSACTIONAL_ID belay.small.labeler.truth.",
                        "belay-truth-trainer READ GROUP belay.model.small/bow#",
                        "belay-evaluator WRITE TOPIC belay.small.predictions",
                        "belay-labeler READ GROUP belay.small.bow.")) {
            AclBinding found = find(all, acl);
            missing.put(text(found).substring(0, acl.indexOf(' ')), found);
        }
        // an ACL on a topic that remains allows DESCRIBE
        List<AclBinding> describe =
                List.of(
                        describe(find(all, "belay-evaluator WRITE TOPIC belay.small.predictions")),
                        describe(
                                find(
                                        all,
                                        "belay-trainer READ TOPIC"
                                                + " belay.small.labels.small.bow.0")));
        cluster.create(
                Stream.concat(
                                describe.stream(),
                                all.stream().filter(acl -> !missing.containsValue(acl)))
                        .toList());
        Map<String, BelayProcess> services = new LinkedHashMap<>();
        try {
            command(OPERATOR, "topics", "apply", "--experiment", file.toString());
            for (var service : SERVICES.entrySet()) {
                services.put(
                        service.getKey(),
                        cluster.service(
                                service.getKey(), service.getValue().toArray(String[]::new)));
            }
            command(OPERATOR, "models", "add", file.toString());
            command(PRODUCER, "produce", file.toString());
            // When
            for (var one : missing.entrySet()) {
                String denied =
                        one.getValue().entry().operation()
                                + " .*"
                                + one.getValue().pattern().name();
                Objects.requireNonNull(services.get(one.getKey()))
                        .awaitOutput(
                                Pattern.compile(
                                        "is not allowed to ("
                                                + denied
                                                + ".*); './belay acls FILE'"));
                cluster.create(List.of(one.getValue()));
                if (one.getKey().equals("belay-labeler")) {
                    RecordingAuthorizer.clearDenied();
                }
            }
            // Then
            Path out = folder.resolve("out");
            command(EXPERIMENTER, "run", file.toString(), "--out", out.toString());
            requireResults(JSON.readTree(out.resolve("summary.json").toFile()));
            for (var settings :
                    List.of(
                            cluster.settings(READER),
                            cluster.readerByCertificate(),
                            cluster.readerByToken())) {
                requireAllFinished(cluster.command(settings, "models", "list", "--json"));
            }
            requireReaders();
            // again, adds nothing
            command(OPERATOR, "models", "add", file.toString());
            command(PRODUCER, "produce", file.toString());
            requireNoTrace(services);
            requireNoOtherTopics(all);
            requireAllUsedAndNothingDenied(all);
            new Denials(cluster).require();
        } finally {
            services.values().forEach(BelayProcess::close);
        }
    }

    private static void requireResults(JsonNode summary) {
        assertEquals(
                SmallExperiment.STUDENTS.size() * SmallExperiment.SEEDS.size(),
                summary.get("pairs").size());
        for (JsonNode pair : summary.get("pairs")) {
            assertEquals(SmallExperiment.HOLDOUT, pair.get("n").asInt(), pair::toString);
            assertTrue(pair.get("ceilingAccuracy").isNumber(), pair::toString);
        }
    }

    private static void requireAllFinished(SecuredCluster.Result list) throws Exception {
        JsonNode models = JSON.readTree(list.succeeded().out());
        assertEquals(4 * SmallExperiment.SEEDS.size(), models.size());
        models.forEach(m -> assertEquals("finished", m.get("state").asText(), m::toString));
    }

    private static void requireReaders() throws Exception {
        Path out = folder.resolve("export");
        command(READER, "export", "--experiment", "small", "--out", out.toString());
        assertEquals(SmallExperiment.ROWS, Files.readAllLines(out.resolve("truth.jsonl")).size());
        String checked = command(READER, "check", "small").out();
        assertTrue(checked.contains("nothing wrong"), checked);
        String lineage = command(READER, "lineage", "small/conf#0:9").out();
        assertTrue(lineage.contains("small/bow#0"), lineage);
    }

    /** Missing ACLs are single lines. */
    private static void requireNoTrace(Map<String, BelayProcess> services) {
        services.forEach(
                (name, service) -> {
                    assertTrue(service.isAlive(), service::output);
                    assertFalse(service.output().contains("\tat "), service::output);
                });
    }

    /** Planned topics, those of the aggregator, and the broker's own. */
    private static void requireNoOtherTopics(List<AclBinding> acls) throws Exception {
        Set<String> planned =
                acls.stream()
                        .filter(acl -> acl.entry().operation() == AclOperation.CREATE)
                        .map(acl -> acl.pattern().name())
                        .collect(Collectors.toSet());
        try (Admin admin = cluster.admin()) {
            Set<String> others = new TreeSet<>(admin.listTopics().names().get());
            others.removeIf(t -> planned.contains(t) || t.startsWith("belay.small.aggregator-"));
            assertEquals(Set.of(), others);
        }
    }

    private static void requireAllUsedAndNothingDenied(List<AclBinding> acls) {
        var answers = RecordingAuthorizer.answers();
        Set<String> denied = new TreeSet<>();
        answers.forEach(
                (asked, answer) -> {
                    if (answer == AuthorizationResult.DENIED) {
                        denied.add(asked.toString());
                    }
                });
        Set<String> unused = new TreeSet<>();
        for (AclBinding acl : acls) {
            if (!acl.entry().principal().endsWith(EXPERIMENTER)
                    && answers.keySet().stream().noneMatch(asked -> asked.uses(acl))) {
                unused.add(text(acl));
            }
        }
        unused.removeIf(acl -> UNUSED.matcher(acl).matches());
        assertEquals(Set.of(), unused);
        assertEquals(Set.of(), denied);
    }

    private static AclBinding describe(AclBinding acl) {
        AccessControlEntry entry = acl.entry();
        return new AclBinding(
                acl.pattern(),
                new AccessControlEntry(
                        entry.principal(),
                        entry.host(),
                        AclOperation.DESCRIBE,
                        entry.permissionType()));
    }

    /** The ACLs of all roles, and of who runs experiments in three of them. */
    private static List<AclBinding> acls(Path file) throws Exception {
        List<AclBinding> acls =
                new ArrayList<>(
                        SecuredCluster.bindings(
                                command(OPERATOR, "acls", file.toString(), "--json").out()));
        String as = "=User:" + EXPERIMENTER;
        acls.addAll(
                SecuredCluster.bindings(
                        command(
                                        OPERATOR,
                                        "acls",
                                        file.toString(),
                                        "--json",
                                        "--principal",
                                        "operator" + as,
                                        "--principal",
                                        "producer" + as,
                                        "--principal",
                                        "reader" + as)
                                .out()));
        return acls.stream().distinct().toList();
    }

    private static AclBinding find(List<AclBinding> acls, String text) {
        return acls.stream().filter(acl -> text(acl).equals(text)).findFirst().orElseThrow();
    }

    /** {@code PRINCIPAL OPERATION TYPE NAME}. */
    private static String text(AclBinding acl) {
        return "%s %s %s %s"
                .formatted(
                        acl.entry().principal().replace("User:", ""),
                        acl.entry().operation(),
                        acl.pattern().resourceType(),
                        acl.pattern().name());
    }

    private static SecuredCluster.Result command(String user, String... arguments)
            throws Exception {
        return cluster.command(cluster.settings(user), arguments).succeeded();
    }
}
