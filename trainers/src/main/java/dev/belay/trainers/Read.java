package dev.belay.trainers;

import dev.belay.schemas.events.Split;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of a labels topic as it was found. */
sealed interface Read {
    int partition();

    long offset();

    /**
     * One that can be learned from.
     *
     * @param checkpoint of the labeler
     */
    record Good(int partition, long offset, Split split, long checkpoint, Labelled example)
            implements Read {}

    /** One that can't. */
    record Bad(ConsumerRecord<byte[], byte[]> record, String reason) implements Read {
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
