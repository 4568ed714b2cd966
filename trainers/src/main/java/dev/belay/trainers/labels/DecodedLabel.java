package dev.belay.trainers.labels;

import dev.belay.schemas.events.Split;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of a labels topic as it was found. */
sealed interface DecodedLabel {
    int partition();

    long offset();

    /**
     * One that can be learned from, unless the model's encoder rejects its text.
     *
     * @param checkpoint of the labeler
     */
    record Good(
            ConsumerRecord<byte[], byte[]> record,
            Split split,
            long checkpoint,
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
