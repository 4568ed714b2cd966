package dev.belay.trainers.checkpoints;

import dev.belay.schemas.events.State;
import dev.belay.trainers.labels.LabelSource;
import dev.belay.trainers.learning.MicroEpoch;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A micro-epoch that was learned and is to be written down: all of it as it was when the next one
 * had not begun. Its arrays and lists are not written to any more.
 *
 * @param number of the checkpoint
 * @param seen examples so far
 * @param state of the model now
 * @param reason why it failed, or null
 * @param from where the micro-epoch began: next offset of each partition
 * @param cursor where to go on: next offset of each partition
 * @param turn the partition whose turn it is
 * @param supervisorCheckpoints that gave labels so far
 * @param taken its new examples
 * @param done what was learned, or null if nothing was
 * @param files to be stored, or null for a FAILED checkpoint: that names the ones before
 * @param letters that belong to it
 */
public record PendingCheckpoint(
        long number,
        long seen,
        State state,
        @Nullable String reason,
        long[] from,
        long[] cursor,
        int turn,
        List<Long> supervisorCheckpoints,
        List<LabelSource.Taken> taken,
        @Nullable MicroEpoch done,
        @Nullable Files files,
        List<ProducerRecord<byte[], byte[]>> letters) {

    /** What is needed to go on: the content of two files. */
    public record Files(byte[] weights, byte[] state) {}
}
