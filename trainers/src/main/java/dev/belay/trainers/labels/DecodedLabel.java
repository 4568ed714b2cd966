package dev.belay.trainers.labels;

import dev.belay.schemas.events.Split;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A decoded record of a labels topic. */
sealed interface DecodedLabel {
    int partition();

    long offset();

    /**
     * A valid label; the model's encoder may still reject its input.
     *
     * @param checkpoint of the labeler
     * @param unit what is drawn as a whole, see {@link dev.belay.schemas.IdHash#unit}
     * @param tags of the example
     */
    record Good(
            ConsumerRecord<byte[], byte[]> record,
            Split split,
            long checkpoint,
            String unit,
            Map<String, String> tags,
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
