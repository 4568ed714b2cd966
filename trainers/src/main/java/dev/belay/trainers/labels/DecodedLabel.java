package dev.belay.trainers.labels;

import dev.belay.schemas.events.Split;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of a labels topic as it was found. */
sealed interface DecodedLabel {
    int partition();

    long offset();

    /**
     * One that can be learned from, unless the model's encoder rejects its input.
     *
     * @param checkpoint of the labeler
     * @param unit by which models draw it, see {@link dev.belay.schemas.IdHash#unit}
     */
    record Good(
            ConsumerRecord<byte[], byte[]> record,
            Split split,
            long checkpoint,
            String unit,
            LabelledExample example)
            implements DecodedLabel {
        @Override
        public int partition() {
            return record.partition();
        }

        @Override
        public long offset() {
            return record.offset();
        }
    }

    /** One that can't. */
    record Bad(ConsumerRecord<byte[], byte[]> record, String reason) implements DecodedLabel {
        @Override
        public int partition() {
            return record.partition();
        }

        @Override
        public long offset() {
            return record.offset();
        }
    }
}
