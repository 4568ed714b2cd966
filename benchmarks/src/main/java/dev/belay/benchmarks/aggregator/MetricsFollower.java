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
 * Follows a topic of metrics as a {@code read_committed} reader and compares each row with a
 * recount. Belongs to one thread.
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
     * @param expected the cells of each row in the end
     */
    MetricsFollower(Clients clients, Map<Row, List<Long>> expected) {
        this.clients = clients;
        this.expected = expected;
        this.open = new HashSet<>(expected.keySet());
        this.partition = new TopicPartition(clients.topics().metrics(), 0);
        this.consumer = clients.consumer(null, "bench-rows");
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** Rows that differ from the recount so far. */
    int open() {
        return open.size();
    }

    /**
     * Applies the rows received; waits a little if there are none.
     *
     * @param right gets each row that equals the recount, and when it was read
     */
    void poll(BiConsumer<Row, Long> right) {
        for (var record : consumer.poll(WAIT)) {
            long seenNs = System.nanoTime();
            PairMetrics event =
                    clients.codec().decode(record.topic(), record.value(), PairMetrics.class);
            Row row = new Row(event.getStudent(), event.getCheckpoint());
            List<Long> cells = expected.get(row);
            if (cells == null) throw new IllegalStateException("an unexpected row: " + event);
            if (isRight(event, cells)) {
                if (open.remove(row)) lastNs = seenNs;
                right.accept(row, seenNs);
            } else {
                open.add(row);
            }
        }
    }

    /**
     * Waits until all rows equal the recount.
     *
     * @param alive throws if waiting is pointless
     * @return when the last one was read
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
                                + " rows differ from the recount after "
                                + AT_MOST.toSeconds()
                                + " s, among them "
                                + open.iterator().next());
        }
        return lastNs;
    }

    /** Reads all committed rows, after which each must equal the recount. */
    void requireRight() {
        long end = consumer.endOffsets(List.of(partition)).values().iterator().next();
        while (consumer.position(partition) < end) poll((row, ns) -> {});
        if (!open.isEmpty())
            throw new IllegalStateException(
                    "rows that differ from the recount in the end: " + open);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private static boolean isRight(PairMetrics row, List<Long> cells) {
        Long ceiling = row.getCeilingCheckpoint();
        return ceiling != null
                && ceiling == row.getCheckpoint()
                && row.getWithoutTruth() == 0
                && row.getCells().equals(cells)
                && row.getN() == cells.stream().mapToLong(n -> n).sum();
    }
}
