package dev.belay.cli.acls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclsTest {
    private static final String EXPERIMENT =
            """
            name: demo
            task: {name: mail, classes: [no, yes]}
            data: {path: data.jsonl, holdout: {split: test}}
            labelers:
              keywords: {kind: rules, patterns: {yes: [good]}}
              crowd: {kind: external}
              both: {kind: majority, sources: [keywords, bow]}
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 60}
              weak: {encoder: hashing-bigrams, supervisor: both, ceiling: ceiling}
              strong: {encoder: hashing-bigrams, supervisor: crowd, ceiling: ceiling}
              ceiling: {encoder: hashing-bigrams, supervisor: truth}
            seeds: [0, 1]
            """;

    private static final Pattern OPTION = Pattern.compile("--([a-z-]+) ('[^']*'|\\S+)");

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("data.jsonl"), "");
        file = Files.writeString(folder.resolve("exp.yaml"), EXPERIMENT);
    }

    @Test
    void commandsAndJsonSayTheSame() throws IOException {
        Set<String> commands = new TreeSet<>();
        run().lines().filter(line -> !line.startsWith("#")).forEach(l -> add(l, commands));
        Set<String> json = json();
        assertEquals(json, commands);
        assertTrue(json.size() > 100, json::toString);
    }

    @Test
    void aStudentsTrainerReadsTheLabelsOfItsSupervisorsAndNoTruth() throws IOException {
        Set<String> trainer = of("belay-trainer", json());
        assertEquals(
                Set.of(
                        "READ TOPIC belay.mail.labels.demo.both.0 LITERAL",
                        "READ TOPIC belay.mail.labels.demo.both.1 LITERAL",
                        "READ TOPIC belay.mail.labels.demo.crowd.0 LITERAL",
                        "READ TOPIC belay.mail.progress LITERAL",
                        "READ TOPIC belay.models LITERAL",
                        "DESCRIBE TOPIC belay.labelers LITERAL",
                        "READ TOPIC belay.checkpoints LITERAL",
                        "WRITE TOPIC belay.checkpoints LITERAL",
                        "WRITE TOPIC belay.mail.predictions LITERAL",
                        "WRITE TOPIC belay.dead-letters LITERAL",
                        "READ GROUP belay.trainers LITERAL",
                        "READ GROUP belay.model.demo/weak# PREFIXED",
                        "READ GROUP belay.model.demo/strong# PREFIXED",
                        "WRITE TRANSACTIONAL_ID belay.demo/weak# PREFIXED",
                        "WRITE TRANSACTIONAL_ID belay.demo/strong# PREFIXED"),
                trainer);
    }

    @Test
    void theAggregatorWritesSlicesAndAReaderReadsThem() throws IOException {
        Set<String> acls = json();
        assertTrue(of("belay-aggregator", acls).contains("WRITE TOPIC belay.slices LITERAL"));
        assertTrue(of("belay-reader", acls).contains("READ TOPIC belay.slices LITERAL"));
    }

    @Test
    void theLabelerWritesItsOwnLabelsAndOnlyReadsThoseOfOthers() throws IOException {
        Set<String> labeler = of("belay-labeler", json());
        Set<String> labels =
                labeler.stream()
                        .filter(acl -> acl.contains(".labels."))
                        .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "WRITE TOPIC belay.mail.labels.demo.keywords.0 LITERAL",
                        "READ TOPIC belay.mail.labels.demo.keywords.0 LITERAL",
                        "WRITE TOPIC belay.mail.labels.demo.bow.0 LITERAL",
                        "READ TOPIC belay.mail.labels.demo.bow.0 LITERAL",
                        "WRITE TOPIC belay.mail.labels.demo.bow.1 LITERAL",
                        "READ TOPIC belay.mail.labels.demo.bow.1 LITERAL",
                        "WRITE TOPIC belay.mail.labels.demo.both.0 LITERAL",
                        "WRITE TOPIC belay.mail.labels.demo.both.1 LITERAL",
                        "READ TOPIC belay.mail.labels.demo.crowd.0 LITERAL"),
                labels);
        assertTrue(labeler.stream().noneMatch(acl -> acl.contains("truth")), labeler::toString);
    }

    @Test
    void flipsAreWrittenByTheLabelerAndReadByEvaluationOnly() throws IOException {
        String flips = "TOPIC belay.mail.flips";
        assertTrue(json().stream().noneMatch(acl -> acl.contains(flips))); // no labeler adds noise
        Files.writeString(
                file,
                EXPERIMENT
                        .replace("models:", "  noisy: {kind: noise, sources: [truth]}\nmodels:")
                        .replace("supervisor: crowd", "supervisor: noisy"));
        Set<String> acls = json();
        Set<String> mayUse =
                acls.stream()
                        .filter(acl -> acl.contains(flips))
                        .filter(acl -> acl.matches("\\S+ (READ|WRITE) .*"))
                        .map(acl -> acl.replace("User:belay-", "").replace(" " + flips, ""))
                        .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "labeler WRITE LITERAL",
                        "evaluator READ LITERAL",
                        "aggregator READ LITERAL",
                        "reader READ LITERAL"),
                mayUse);
        // no trainer learns of them by the specs either, or by a wider pattern
        for (String trainer : List.of("belay-trainer", "belay-truth-trainer")) {
            Set<String> own = of(trainer, acls);
            assertTrue(
                    own.stream()
                            .noneMatch(
                                    acl ->
                                            acl.contains("flips")
                                                    || acl.contains("labeler-versions")
                                                    || acl.startsWith("READ TOPIC belay.labelers")
                                                    || acl.matches(".* TOPIC .* PREFIXED")),
                    own::toString);
        }
    }

    @Test
    void whatWasLearnedIsWrittenByTheLabelerAndReadByTheEvaluatorToo() throws IOException {
        String states = "TOPIC belay.labeler-states";
        Set<String> without = json();
        assertTrue(
                without.stream()
                        .noneMatch(
                                acl ->
                                        acl.matches(
                                                "\\S+-(labeler|evaluator) (READ|WRITE) "
                                                        + states
                                                        + ".*")));
        Files.writeString(
                file,
                EXPERIMENT.replace(
                        "models:",
                        "  ds: {kind: dawid-skene, sources: [keywords, bow, crowd]}\nmodels:"));
        assertEquals(
                Set.of(
                        "labeler READ LITERAL",
                        "labeler WRITE LITERAL",
                        "evaluator READ LITERAL",
                        "reader READ LITERAL"),
                json().stream()
                        .filter(acl -> acl.contains(states))
                        .filter(acl -> acl.matches("\\S+ (READ|WRITE) .*"))
                        .map(acl -> acl.replace("User:belay-", "").replace(" " + states, ""))
                        .collect(Collectors.toSet()));
    }

    @Test
    void votesAreWrittenByTheProducerAndReadByWhoeverLabelsByThem() throws IOException {
        String votes = "TOPIC belay.mail.votes";
        assertTrue(json().stream().noneMatch(acl -> acl.contains(votes)));
        Files.writeString(
                file,
                EXPERIMENT
                        .replace(
                                "data: {path: data.jsonl, holdout: {split: test}}",
                                "data: {source: {kind: topic, topic: mails, votes-topic: answers}, holdout: {share: 0.2}}")
                        .replace("crowd: {kind: external}", "crowd: {kind: crowd, from: topic}"));
        Set<String> acls = json();
        Set<String> mayUse =
                acls.stream()
                        .filter(acl -> acl.contains(votes))
                        .filter(acl -> acl.matches("\\S+ (READ|WRITE) .*"))
                        .map(acl -> acl.replace("User:belay-", "").replace(" " + votes, ""))
                        .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "producer WRITE LITERAL",
                        "labeler READ LITERAL",
                        "evaluator READ LITERAL",
                        "reader READ LITERAL"),
                mayUse);
        assertTrue(
                of("belay-producer", acls).stream()
                        .anyMatch(a -> a.contains("READ TOPIC answers")));
    }

    @Test
    void prefixRenamesAndPrincipalsAreThoseOfTheSettings() throws IOException {
        Set<String> acls =
                json(
                        "--set",
                        "topics.prefix=team-a.",
                        "--set",
                        "topics.rename.mail.truth=mail_labels",
                        "--principal",
                        "truth-labeler=User:CN=alice");
        Set<String> labeler = of("CN=alice", acls);
        assertTrue(labeler.contains("READ TOPIC mail_labels LITERAL"), labeler::toString);
        assertTrue(
                labeler.contains("READ GROUP team-a.mail.labeler.truth LITERAL"),
                labeler::toString);
        assertTrue(acls.stream().noneMatch(acl -> acl.contains(" belay.")), acls::toString);
    }

    @Test
    void theProducerOfAnAttachedTopicReadsIt() throws IOException {
        Files.writeString(
                file,
                EXPERIMENT.replace(
                        "{path: data.jsonl, holdout: {split: test}}",
                        "{source: {kind: topic, topic: mails, truth-topic: answers}, holdout:"
                                + " {share: 0.2, size: 300}}"));
        Set<String> producer = of("belay-producer", json());
        for (String acl :
                List.of(
                        "READ TOPIC mails LITERAL",
                        "READ TOPIC answers LITERAL",
                        "READ GROUP belay.mail.producer LITERAL",
                        "WRITE TRANSACTIONAL_ID belay.mail.producer LITERAL")) {
            assertTrue(producer.contains(acl), () -> acl + " not in " + producer);
        }
    }

    @Test
    void anUnknownRoleIsAnErrorThatNamesAll() {
        StringWriter err = new StringWriter();
        int code =
                Belay.commandLine()
                        .setErr(new PrintWriter(err, true))
                        .execute("acls", file.toString(), "--principal", "trainers=User:a");
        assertEquals(1, code);
        assertEquals(
                "belay: --principal: found 'trainers', expected one of [producer, truth-labeler,"
                        + " labeler, evaluator, truth-trainer, trainer, aggregator, operator,"
                        + " reader]",
                err.toString().strip());
    }

    private Set<String> json(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--json"));
        arguments.addAll(List.of(more));
        Set<String> acls = new TreeSet<>();
        for (JsonNode acl : new ObjectMapper().readTree(run(arguments.toArray(String[]::new)))) {
            for (JsonNode operation : acl.get("operations")) {
                acls.add(
                        "%s %s %s %s %s"
                                .formatted(
                                        acl.get("principal").asText(),
                                        operation.asText(),
                                        acl.get("resourceType").asText(),
                                        acl.get("name").asText(),
                                        acl.get("patternType").asText()));
            }
        }
        return acls;
    }

    private String run(String... more) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of("acls", file.toString()));
        arguments.addAll(List.of(more));
        int code =
                Belay.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments.toArray(String[]::new));
        assertEquals(0, code, err::toString);
        return out.toString();
    }

    /** What a principal is allowed, without its name. */
    private static Set<String> of(String user, Set<String> acls) {
        String begin = "User:" + user + " ";
        return acls.stream()
                .filter(acl -> acl.startsWith(begin))
                .map(acl -> acl.substring(begin.length()))
                .collect(Collectors.toSet());
    }

    /** The ACLs of a command line, written as those of JSON. */
    private static void add(String line, Set<String> acls) {
        String begin =
                "kafka-acls.sh --bootstrap-server localhost:9092 --command-config admin.properties"
                        + " --add ";
        assertTrue(line.startsWith(begin), line);
        List<String> operations = new ArrayList<>();
        List<String> resources = new ArrayList<>();
        String principal = "";
        String pattern = "LITERAL";
        Matcher options = OPTION.matcher(line.substring(begin.length()));
        while (options.find()) {
            String value = options.group(2).replace("'", "");
            switch (options.group(1)) {
                case "allow-principal" -> principal = value;
                case "operation" -> operations.add(value);
                case "resource-pattern-type" -> pattern = "PREFIXED";
                case "topic" -> resources.add("TOPIC " + value);
                case "group" -> resources.add("GROUP " + value);
                case "transactional-id" -> resources.add("TRANSACTIONAL_ID " + value);
                default -> throw new AssertionError(line);
            }
        }
        for (String operation : operations) {
            for (String resource : resources) {
                acls.add("%s %s %s %s".formatted(principal, operation, resource, pattern));
            }
        }
    }
}
