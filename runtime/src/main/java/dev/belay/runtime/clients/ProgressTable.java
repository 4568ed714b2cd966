package dev.belay.runtime.clients;

import dev.belay.schemas.events.Progress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Progress} of the writers of a task's topics: how many records a partition has, and
 * whether it has ended. Belongs to one thread.
 *
 * <p>Offsets have gaps where transactions ended. So a reader has a whole partition once it has read
 * {@link #records} records; offsets cannot be subtracted.
 */
public final class ProgressTable implements AutoCloseable {
    private final TopicTable<Progress> table;

    public ProgressTable(Clients clients, String task) {
        table = new TopicTable<>(clients, clients.topics().progress(task), Progress.class);
    }

    /** The key of a progress event: topic/partition/writer. */
    public static String key(String topic, int partition, String writer) {
        return topic + "/" + partition + "/" + writer;
    }

    public boolean poll(Duration wait) {
        return table.poll(wait);
    }

    public void catchUp(Duration atMost) {
        table.catchUp(atMost);
    }

    /** See {@link TopicTable#catchUpPastOpenTransactions}. */
    public void catchUpPastOpenTransactions(Admin admin, Duration atMost) {
        table.catchUpPastOpenTransactions(admin, atMost);
    }

    /** Progress of one writer in one partition, or null. */
    public @Nullable Progress of(String topic, int partition, String writer) {
        return table.get(key(topic, partition, writer));
    }

    /**
     * Final number of records of the partition, or -1 while a writer has not ended (or none has
     * begun).
     */
    public long total(String topic, int partition) {
        long records = 0;
        boolean any = false;
        for (Progress p : table.values()) {
            if (p.getTopic().equals(topic) && p.getPartition() == partition) {
                if (!p.getEnded()) {
                    return -1;
                }
                any = true;
                records += p.getRecords();
            }
        }
        return any ? records : -1;
    }

    /**
     * Final number of records of one writer in the partition, or -1 while it has not ended (or not
     * begun). For labels topics, which all runs of a labeler share: a reader compares the number of
     * labels of its supervisor with this; the writer is the supervisor's model id, or {@code
     * truth}.
     */
    public long total(String topic, int partition, String writer) {
        Progress progress = of(topic, partition, writer);
        return progress == null || !progress.getEnded() ? -1 : progress.getRecords();
    }

    /** Records written so far to all partitions of a topic, by all writers. */
    public long records(String topic) {
        return table.values().stream()
                .filter(p -> p.getTopic().equals(topic))
                .mapToLong(Progress::getRecords)
                .sum();
    }

    /** Whether all of the topic's partitions have ended. */
    public boolean ended(String topic, int partitions) {
        Set<Integer> open = new HashSet<>();
        for (int p = 0; p < partitions; p++) {
            open.add(p);
        }
        open.removeIf(p -> total(topic, p) >= 0);
        return open.isEmpty();
    }

    /** All progress known. */
    public List<Progress> all() {
        return List.copyOf(table.values());
    }

    @Override
    public void close() {
        table.close();
    }
}
