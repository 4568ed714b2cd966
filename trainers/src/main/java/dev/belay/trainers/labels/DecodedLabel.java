package dev.belay.trainers.labels;

import dev.belay.schemas.events.Split;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A decoded record of a labels topic. */
sealed interface DecodedLabel {
    int partition();

    long offset();

    /**
     * A valid label; the model's encoder may still reject its input.
     *
     * @param checkpoint of the labeler
     * @param unit hash by which models select it, see {@link dev.belay.schemas.IdHash#unit}
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

    /** An invalid record. */
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
