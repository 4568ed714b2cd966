package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.aggregator.Sweeps.Row;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.events.PairMetrics;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows a topic of metrics as a {@code read_committed} reader and compares what is told of each
 * row with a recount. Belongs to one thread.
 */
final class MetricsFollower implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration AT_MOST = Duration.ofMinutes(3);

    private final Clients clients;
    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final Map<Row, List<Long>> expected;
    private final Set<Row> open;
    private long lastNs = System.nanoTime();

    /**
     * @param expected the cells that each row has to end with
     */
    MetricsFollower(Clients clients, Map<Row, List<Long>> expected) {
        this.clients = clients;
        this.expected = expected;
        this.open = new HashSet<>(expected.keySet());
        this.partition = new TopicPartition(clients.topics().metrics(), 0);
        this.consumer = clients.consumer(null, "bench-told");
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** Rows that are not yet, or no longer, told as they have to be. */
    int open() {
        return open.size();
    }

    /**
     * Takes in what has come; waits a little if nothing has.
     *
     * @param right gets each row that is told as it has to be, and when it was seen
     */
    void poll(BiConsumer<Row, Long> right) {
        for (var record : consumer.poll(WAIT)) {
            long seenNs = System.nanoTime();
            PairMetrics told =
                    clients.codec().decode(record.topic(), record.value(), PairMetrics.class);
            Row row = new Row(told.getStudent(), told.getCheckpoint());
            List<Long> cells = expected.get(row);
            if (cells == null) throw new IllegalStateException("told of a row too many: " + told);
            if (isRight(told, cells)) {
                if (open.remove(row)) lastNs = seenNs;
                right.accept(row, seenNs);
            } else {
                open.add(row);
            }
        }
    }

    /**
     * Waits until all rows are as they have to be.
     *
     * @param alive throws if it is of no use to wait
     * @return when the last came to be so
     * @throws IllegalStateException if they are not after three minutes
     */
    long await(Runnable alive) {
        long begin = System.nanoTime();
        while (!open.isEmpty()) {
            poll((row, ns) -> {});
            alive.run();
            if (System.nanoTime() - begin > AT_MOST.toNanos())
                throw new IllegalStateException(
                        open.size()
                                + " of "
                                + expected.size()
                                + " rows are not as the recount says after "
                                + AT_MOST.toSeconds()
                                + " s, among them "
                                + open.iterator().next());
        }
        return lastNs;
    }

    /** Takes in all that is committed, after which every row must still be right. */
    void requireRight() {
        long end = consumer.endOffsets(List.of(partition)).values().iterator().next();
        while (consumer.position(partition) < end) poll((row, ns) -> {});
        if (!open.isEmpty())
            throw new IllegalStateException(
                    "told in the end otherwise than the recount says: " + open);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private static boolean isRight(PairMetrics told, List<Long> cells) {
        Long ceiling = told.getCeilingCheckpoint();
        return ceiling != null
                && ceiling == told.getCheckpoint()
                && told.getWithoutTruth() == 0
                && told.getCells().equals(cells)
                && told.getN() == cells.stream().mapToLong(n -> n).sum();
    }
}
