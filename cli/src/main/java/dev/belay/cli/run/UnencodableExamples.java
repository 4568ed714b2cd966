package dev.belay.cli.run;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The holdout examples of a task that models cannot encode, from the dead letters that evaluators
 * commit with the sweeps that lack them. Belongs to one thread.
 */
final class UnencodableExamples implements AutoCloseable {
    private final Consumer<byte[], byte[]> consumer;
    private final String holdout;
    private final Map<String, Set<String>> placesByModel = new HashMap<>();

    UnencodableExamples(Clients clients, String task) {
        this(
                clients.consumer(null, "unpredicted-" + task),
                clients.topics().deadLetters(),
                clients.topics().holdout(task));
    }

    /**
     * @param consumer without a group; this closes it
     * @param holdout the task's holdout topic
     */
    UnencodableExamples(Consumer<byte[], byte[]> consumer, String deadLetters, String holdout) {
        this.consumer = consumer;
        this.holdout = holdout;
        List<TopicPartition> partitions =
                consumer.partitionsFor(deadLetters).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads what has arrived; returns whether there was anything of this task. */
    boolean poll() {
        boolean any = false;
        for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ZERO)) {
            String model = header(letter, DeadLetters.MODEL);
            if (model != null && holdout.equals(header(letter, "belay.topic"))) {
                String place =
                        header(letter, "belay.partition") + "@" + header(letter, "belay.offset");
                any |= placesByModel.computeIfAbsent(model, m -> new HashSet<>()).add(place);
            }
        }
        return any;
    }

    /** Examples that at least one of these models cannot encode. */
    long count(Collection<String> models) {
        Set<String> places = new HashSet<>();
        models.forEach(model -> places.addAll(placesByModel.getOrDefault(model, Set.of())));
        return places.size();
    }

    @Override
    public void close() {
        consumer.close();
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
