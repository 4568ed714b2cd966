package dev.belay.trainers.checkpoints;

import dev.belay.schemas.events.State;
import dev.belay.trainers.labels.LabelSource;
import dev.belay.trainers.learning.MicroEpoch;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A micro-epoch that was learned and is to be written: a snapshot from before the next one began.
 * Its arrays and lists are not modified.
 *
 * @param position after it
 * @param state of the model now
 * @param reason why it failed, or null
 * @param from cursor before the micro-epoch: next offset of each partition
 * @param taken its new examples
 * @param done result of learning; null if there was none
 * @param files to be stored; null for a FAILED checkpoint, which refers to the previous ones
 * @param deadLetters to be sent with it
 */
public record PendingCheckpoint(
        TrainingPosition position,
        State state,
        @Nullable String reason,
        long[] from,
        List<LabelSource.Taken> taken,
        @Nullable MicroEpoch done,
        @Nullable Files files,
        List<ProducerRecord<byte[], byte[]>> deadLetters) {

    /** What is needed to resume: the content of two files. */
    public record Files(byte[] weights, byte[] state) {}

    /**
     * A FAILED checkpoint. No label is learned by it.
     *
     * @param position after it
     */
    public static PendingCheckpoint failed(
            TrainingPosition position,
            String reason,
            List<ProducerRecord<byte[], byte[]>> deadLetters) {
        return new PendingCheckpoint(
                position,
                State.FAILED,
                reason,
                position.cursor(),
                List.of(),
                null,
                null,
                deadLetters);
    }

    /** Number of the checkpoint. */
    long number() {
        return position.number();
    }
}
