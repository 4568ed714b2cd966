package dev.belay.labelers.labeling;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.events.VersionStart;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Where the versions of labelers begin, read from {@code belay.labeler-versions} at its first use.
 * Belongs to one thread.
 */
final class VersionTable implements AutoCloseable {
    private final Clients clients;
    private final Admin admin;
    private @Nullable TopicTable<VersionStart> table;

    VersionTable(Clients clients, Admin admin) {
        this.clients = clients;
        this.admin = admin;
    }

    /**
     * All that is committed about a labeler in a partition, in any order; waits for open
     * transactions, one of which may be that of the partition's former owner.
     *
     * @throws org.apache.kafka.common.errors.TimeoutException when the broker stops answering
     */
    List<VersionStart> of(String labeler, int partition, Duration patience) {
        if (table == null) {
            table =
                    new TopicTable<>(
                            clients, clients.topics().labelerVersions(), VersionStart.class);
        }
        table.catchUpPastOpenTransactions(admin, patience);
        return table.values().stream()
                .filter(start -> start.getPartition() == partition)
                .filter(start -> start.getLabeler().equals(labeler))
                .toList();
    }

    @Override
    public void close() {
        if (table != null) {
            table.close();
        }
    }
}
