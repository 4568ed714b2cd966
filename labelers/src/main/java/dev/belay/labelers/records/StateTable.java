package dev.belay.labelers.records;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.events.LabelerState;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * What labelers have learned, read from {@code belay.labeler-states} at its first use. Belongs to
 * one thread.
 */
public final class StateTable implements AutoCloseable {
    private final Clients clients;
    private final Admin admin;
    private @Nullable TopicTable<LabelerState> table;

    public StateTable(Clients clients, Admin admin) {
        this.clients = clients;
        this.admin = admin;
    }

    /**
     * What a labeler has learned, all that is committed now included; waits for open transactions,
     * one of which may be that of the labeler's former process. Null: nothing.
     *
     * @throws org.apache.kafka.common.errors.TimeoutException when the broker stops answering
     */
    public @Nullable LabelerState of(String labeler, Duration patience) {
        TopicTable<LabelerState> all = table();
        all.catchUpPastOpenTransactions(admin, patience);
        return all.get(labeler);
    }

    /** The same as far as it can be read without waiting. */
    public @Nullable LabelerState newest(String labeler) {
        TopicTable<LabelerState> all = table();
        boolean unused = all.poll(Duration.ZERO);
        return all.get(labeler);
    }

    /** What was learned. */
    public static byte[] bytes(LabelerState of) {
        ByteBuffer buffer = of.getState().duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        if (table != null) {
            table.close();
        }
    }

    private TopicTable<LabelerState> table() {
        TopicTable<LabelerState> open =
                table == null
                        ? new TopicTable<>(
                                clients, clients.topics().labelerStates(), LabelerState.class)
                        : table;
        table = open;
        return open;
    }
}
