package dev.belay.labelers.evaluation;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.EventReader;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that other models may be compared with for as long as they learn: of each model
 * the first and the newest that may label. Reads {@code belay.checkpoints} from its beginning, from
 * the first time it is asked. Belongs to one thread.
 */
final class LastingCheckpoints implements AutoCloseable {
    private final Clients clients;
    private final TreeMap<String, Found> byModel = new TreeMap<>();
    private @Nullable EventReader<Checkpoint> reader;

    /**
     * @param newest perhaps the first
     * @param partition of the events
     */
    private record Found(Checkpoint first, Checkpoint newest, int partition) {}

    LastingCheckpoints(Clients clients) {
        this.clients = clients;
    }

    /** Those known by now whose events are in some partitions, by model and ascending. */
    List<Checkpoint> in(IntPredicate partitions) {
        if (reader == null) {
            reader =
                    EventReader.of(
                            clients,
                            clients.topics().checkpoints(),
                            Checkpoint.class,
                            (model, checkpoint, record) -> take(checkpoint, record));
        }
        while (reader.poll(Duration.ZERO)) {}
        List<Checkpoint> lasting = new ArrayList<>();
        for (Found found : byModel.values()) {
            if (partitions.test(found.partition())) {
                lasting.add(found.first());
                if (found.newest().getNumber() > found.first().getNumber()) {
                    lasting.add(found.newest());
                }
            }
        }
        return lasting;
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
    }

    private void take(@Nullable Checkpoint event, ConsumerRecord<byte[], byte[]> record) {
        if (event != null
                && (event.getState() == State.READY || event.getState() == State.FINISHED)) {
            byModel.merge(
                    event.getModel(),
                    new Found(event, event, record.partition()),
                    (known, now) -> new Found(known.first(), event, record.partition()));
        }
    }
}
