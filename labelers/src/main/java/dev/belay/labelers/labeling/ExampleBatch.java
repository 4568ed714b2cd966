package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerInput;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Examples taken from one partition, to become part of a transaction.
 *
 * @param accepted are to be judged
 * @param tooLate examples that get no label, or an abstention, because their truth is too late
 * @param rows records, unreadable ones too
 * @param before where the labeler was in the partition
 * @param ended nothing will be added to the partition
 * @param next offset behind the records
 */
record ExampleBatch(
        int partition,
        List<Input> accepted,
        long tooLate,
        long rows,
        LabelingProgress before,
        boolean ended,
        long next) {
    /**
     * A record of the topic that is labelled.
     *
     * @param place among all of the transaction, in the order in which they are judged
     */
    record Input(ConsumerRecord<byte[], byte[]> record, LabelerInput labelled, int place) {}
}
