package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.Waiting;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/** Reads the committed checkpoints written from now on, as they come. Belongs to one thread. */
final class CheckpointFollower implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final Duration QUIET_AT_MOST = Duration.ofMinutes(2);

    private final Clients clients;
    private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;

    CheckpointFollower(Clients clients) {
        this.clients = clients;
        this.consumer = clients.consumer(null, "bench-checkpoints");
        List<TopicPartition> all =
                IntStream.range(0, Topics.MODEL_PARTITIONS)
                        .mapToObj(p -> new TopicPartition(clients.topics().checkpoints(), p))
                        .toList();
        consumer.assign(all);
        consumer.seekToEnd(all);
        all.forEach(consumer::position); // now, not when it is first polled
    }

    /**
     * Waits until all of these models are FINISHED.
     *
     * @param each gets every checkpoint as it comes
     * @return when the last was seen, {@link System#nanoTime}
     * @throws IllegalStateException if a model or a service fails, or nothing comes for two minutes
     */
    long await(Collection<String> models, ServiceGroup services, Consumer<Checkpoint> each) {
        Set<String> open = new HashSet<>(models);
        long last = System.nanoTime();
        while (!open.isEmpty()) {
            for (var record : consumer.poll(WAIT)) {
                last = System.nanoTime();
                Checkpoint checkpoint =
                        clients.codec().decode(record.topic(), record.value(), Checkpoint.class);
                if (checkpoint.getState() == State.FAILED)
                    throw new IllegalStateException(
                            checkpoint.getModel() + " failed: " + checkpoint.getReason());
                each.accept(checkpoint);
                if (checkpoint.getState() == State.FINISHED) open.remove(checkpoint.getModel());
            }
            Waiting.check(services, last, QUIET_AT_MOST, "a checkpoint of " + open);
        }
        return last;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
