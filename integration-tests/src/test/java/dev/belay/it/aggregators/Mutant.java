package dev.belay.it.aggregators;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that something was done to. It may still make sense: that is for {@link Judge} to say.
 *
 * @param kind what was done
 */
record Mutant(String kind, ProducerRecord<byte[], byte[]> record) {

    /** A record as clients of old wrote them: without a time. Kafka's own class refuses that. */
    static final class Timeless extends ProducerRecord<byte[], byte[]> {
        private static final long NO_TIMESTAMP = -1;

        Timeless(String topic, @Nullable Integer partition, byte[] key, byte[] value) {
            super(topic, partition, key, value);
        }

        @Override
        public Long timestamp() {
            return NO_TIMESTAMP;
        }
    }
}
