package dev.belay.it.experiment;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Counts the stream of task {@code live} again from truth and predictions, by definition and with
 * none of the product's code, and has what the task's topics hold.
 */
final class StreamRecount implements AutoCloseable {
    private static final long WINDOW_MS = 5_000;
    private static final Pattern TOPICS =
            Pattern.compile(
                    "belay\\.live\\.(examples|holdout|truth|predictions)|belay\\.(metrics|models)");

    private record Predicted(int label, long timeMs) {}

    private final PlainReader reader;
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> letters;

    private final List<String> examples = new ArrayList<>();
    private final List<String> holdout = new ArrayList<>();
    private final Map<String, Integer> truth = new TreeMap<>();
    private final Set<String> models = new HashSet<>();
    private final Set<String> predictedTwice = new HashSet<>();
    private final Map<String, Map<String, Predicted>> predicted = new HashMap<>();
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, List<Long>> reported = new TreeMap<>();
    private long students;
    private int sweeps;

    StreamRecount(String bootstrapServers, String registryUrl) {
        reader = new PlainReader(bootstrapServers, registryUrl);
        admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
        letters =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "isolation.level",
                                "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    /** End offsets of a topic, summed; 0 while it is not there. */
    long records(String topic) throws Exception {
        if (!admin.listTopics().names().get().contains(topic)) {
            return 0;
        }
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        Objects.requireNonNull(
                        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
                .partitions()
                .forEach(
                        p ->
                                latest.put(
                                        new TopicPartition(topic, p.partition()),
                                        OffsetSpec.latest()));
        return admin.listOffsets(latest).all().get().values().stream()
                .mapToLong(end -> end.offset())
                .sum();
    }

    /** Reads all topics from their beginnings. */
    void read() {
        examples.clear();
        holdout.clear();
        truth.clear();
        models.clear();
        predictedTwice.clear();
        predicted.clear();
        newest.clear();
        reported.clear();
        students = 0;
        sweeps = 0;
        reader.forAll(TOPICS, this::take);
    }

    private void take(PlainReader.Read read) {
        GenericRecord event = read.value();
        if (event == null) {
            return;
        }
        switch (read.topic()) {
            case "belay.live.examples" -> {
                examples.add(read.key());
                students += event.get("split").toString().equals("STUDENT") ? 1 : 0;
            }
            case "belay.live.holdout" -> holdout.add(read.key());
            case "belay.live.truth" -> truth.put(read.key(), (Integer) event.get("label"));
            case "belay.models" -> models.add(read.key());
            case "belay.live.predictions" -> predictions(event);
            default -> metrics(event);
        }
    }

    private void predictions(GenericRecord block) {
        if (block.get("phase").toString().equals("HOLDOUT")) {
            sweeps++;
            return;
        }
        List<?> ids = (List<?>) block.get("ids");
        List<?> times = (List<?>) block.get("eventTimesMs");
        List<?> probabilities = (List<?>) block.get("probabilities");
        String model = block.get("model").toString();
        // what a supervisor predicts before it learns is on other examples than what it labels
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i).toString();
            int label =
                    (Float) probabilities.get(2 * i + 1) > (Float) probabilities.get(2 * i) ? 1 : 0;
            var before =
                    predicted
                            .computeIfAbsent(model, m -> new HashMap<>())
                            .put(id, new Predicted(label, (Long) times.get(i)));
            if (before != null) {
                predictedTwice.add(model + " " + id);
            }
        }
    }

    private void metrics(GenericRecord row) {
        if (!row.get("phase").toString().equals("PROGRESSIVE")) {
            return;
        }
        Object start = row.get("windowStartMs");
        String window = start == null ? "cumulative" : start.toString();
        long checkpoint = (Long) row.get("checkpoint");
        if (start != null || checkpoint >= newest.getOrDefault(window, 0L)) {
            newest.put(window, checkpoint);
            List<Long> cells = new ArrayList<>();
            ((List<?>) row.get("cells")).forEach(cell -> cells.add((Long) cell));
            reported.put(window, withTotal(cells));
        }
    }

    /** The 16 counts behind their sum. */
    static List<Long> withTotal(List<Long> cells) {
        List<Long> row = new ArrayList<>(List.of(cells.stream().mapToLong(c -> c).sum()));
        row.addAll(cells);
        return row;
    }

    /** By window ({@code cumulative}, or its start): what truth and predictions give. */
    Map<String, List<Long>> counted() {
        var bow = predicted.getOrDefault("live/bow#0@0", Map.of());
        var ceiling = predicted.getOrDefault("live/ceiling#0@0", Map.of());
        Map<String, long[]> cells = new TreeMap<>();
        predicted
                .getOrDefault("live/naive#0@0", Map.of())
                .forEach(
                        (id, naive) -> {
                            Predicted weak = bow.get(id);
                            Predicted strong = ceiling.get(id);
                            Integer y = truth.get(id);
                            if (y == null || weak == null || strong == null) {
                                return;
                            }
                            int cell =
                                    (weak.label == y ? 8 : 0)
                                            + (naive.label == y ? 4 : 0)
                                            + (strong.label == y ? 2 : 0)
                                            + (naive.label == weak.label ? 1 : 0);
                            long start = Math.floorDiv(naive.timeMs, WINDOW_MS) * WINDOW_MS;
                            cells.computeIfAbsent("cumulative", w -> new long[16])[cell]++;
                            cells.computeIfAbsent(Long.toString(start), w -> new long[16])[cell]++;
                        });
        Map<String, List<Long>> counted = new TreeMap<>();
        cells.forEach(
                (window, counts) -> {
                    List<Long> list = new ArrayList<>();
                    for (long count : counts) {
                        list.add(count);
                    }
                    counted.put(window, withTotal(list));
                });
        return counted;
    }

    /** Examples counted over all, 0 before the first. */
    long cumulative() {
        return counted().getOrDefault("cumulative", List.of(0L)).get(0);
    }

    /** The same as {@code belay.metrics} has it. */
    Map<String, List<Long>> reported() {
        return reported;
    }

    /** Values of the dead letters, and how many there are of each. */
    Map<String, Integer> deadLetters() {
        String topic = "belay.dead-letters";
        List<TopicPartition> all =
                letters.partitionsFor(topic).stream()
                        .map(p -> new TopicPartition(topic, p.partition()))
                        .toList();
        letters.assign(all);
        letters.seekToBeginning(all);
        Map<TopicPartition, Long> ends = letters.endOffsets(all);
        Map<String, Integer> values = new TreeMap<>();
        while (ends.entrySet().stream()
                .anyMatch(e -> letters.position(e.getKey()) < e.getValue())) {
            letters.poll(Duration.ofMillis(200))
                    .forEach(
                            letter ->
                                    values.merge(
                                            new String(letter.value(), StandardCharsets.UTF_8),
                                            1,
                                            Integer::sum));
        }
        return values;
    }

    List<String> examples() {
        return examples;
    }

    List<String> holdout() {
        return holdout;
    }

    Map<String, Integer> truth() {
        return truth;
    }

    /** Examples of split STUDENT: models learn from all of them, whichever partition has them. */
    long learnable() {
        return students;
    }

    /** Blocks of holdout predictions. */
    int sweeps() {
        return sweeps;
    }

    Set<String> predictedTwice() {
        return predictedTwice;
    }

    /** Different runs among the ids of the models. */
    long runs() {
        return models.stream().map(id -> id.substring(id.indexOf('@'))).distinct().count();
    }

    @Override
    public void close() {
        try (reader;
                admin) {
            letters.close();
        }
    }
}
