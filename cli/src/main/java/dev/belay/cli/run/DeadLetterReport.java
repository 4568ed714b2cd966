package dev.belay.cli.run;

import dev.belay.cli.report.results.RunResults;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dead letters of a run's records, for a run without progress: how many of which topic. */
final class DeadLetterReport {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterReport.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration ROUND = Duration.ofMillis(100);

    private DeadLetterReport() {}

    /** One line for each topic of the run with dead letters, then where to read them. */
    static List<String> lines(Clients clients, String task, RunResults results) {
        String letters = clients.topics().deadLetters();
        try (var consumer = clients.consumer(null, "dead-letters-" + task)) {
            List<String> lines = lines(consumer, letters, topics(clients.topics(), task, results));
            if (!lines.isEmpty()) {
                lines.add(
                        "all dead letters: ./belay dead-letters list (topic %s at %s)"
                                .formatted(letters, clients.settings().bootstrapServers()));
            }
            return lines;
        } catch (KafkaException e) {
            LOG.warn("the dead letters can't be read", e);
            return List.of();
        }
    }

    /**
     * @param topics of the run, each with what it holds
     */
    static List<String> lines(
            Consumer<byte[], byte[]> consumer, String letters, Map<String, String> topics) {
        Map<String, Map<String, String>> reasons = new LinkedHashMap<>(); // by topic and place
        topics.keySet().forEach(topic -> reasons.put(topic, new LinkedHashMap<>()));
        List<TopicPartition> partitions =
                consumer.partitionsFor(letters).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())
                && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(ROUND)) {
                Map<String, String> found = reasons.get(header(letter, "topic"));
                if (found != null) { // two services may reject one record
                    found.put(
                            "partition %s, offset %s"
                                    .formatted(
                                            header(letter, "partition"), header(letter, "offset")),
                            header(letter, "reason"));
                }
            }
        }
        List<String> lines = new ArrayList<>();
        reasons.forEach(
                (topic, found) -> {
                    if (!found.isEmpty()) {
                        var last = List.copyOf(found.entrySet()).get(found.size() - 1);
                        lines.add(
                                "dead letters of %s: %,d (topic %s), the last of %s: %s"
                                        .formatted(
                                                topics.get(topic),
                                                found.size(),
                                                topic,
                                                last.getKey(),
                                                last.getValue()));
                    }
                });
        return lines;
    }

    private static Map<String, String> topics(Topics topics, String task, RunResults results) {
        Map<String, String> named = new LinkedHashMap<>();
        named.put(topics.examples(task), "examples");
        named.put(topics.holdout(task), "the holdout");
        named.put(topics.truth(task), "truth");
        named.put(topics.predictions(task), "predictions");
        Set<String> labelers = new HashSet<>(Set.of(ModelId.TRUTH));
        for (ModelSpec spec : results.specs()) {
            addAll(labelers, spec.getSupervisor(), results);
        }
        labelers.stream()
                .sorted()
                .forEach(id -> named.put(topics.labels(task, id), "labels by " + id));
        return named;
    }

    private static void addAll(Set<String> labelers, String id, RunResults results) {
        labelers.add(id);
        results.sources(id).forEach(source -> addAll(labelers, source, results));
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader("belay." + name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
