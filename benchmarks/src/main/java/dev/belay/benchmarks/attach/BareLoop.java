package dev.belay.benchmarks.attach;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.runtime.clients.Clients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A loop that consumes JSON, decodes and maps it and produces by a {@link PlainWriter}. */
public final class BareLoop {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Clients clients;
    private final ObjectMapper json = new ObjectMapper();

    public BareLoop(Clients clients) {
        this.clients = clients;
    }

    /** Seconds for the first records of a topic, as many as given. */
    public double seconds(String from, String task, long records) {
        long begin = System.nanoTime();
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "bare");
                PlainWriter writer = new PlainWriter(clients, task)) {
            List<TopicPartition> partitions =
                    IntStream.range(0, Stage.PARTITIONS)
                            .mapToObj(p -> new TopicPartition(from, p))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long done = 0;
            while (done < records) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    writer.write(json.readTree(record.value()), record.timestamp());
                    done++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
