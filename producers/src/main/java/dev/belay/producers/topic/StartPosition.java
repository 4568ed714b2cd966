package dev.belay.producers.topic;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Where a source begins to read: {@code earliest}, {@code latest}, a time, or an offset. */
sealed interface StartPosition {
    /** Moves a consumer to where reading begins in each of the partitions. */
    void seek(Consumer<?, ?> consumer, Set<TopicPartition> partitions);

    /**
     * @throws IllegalArgumentException for another text
     */
    static StartPosition of(String text) {
        if (text.equals("earliest")) {
            return new Earliest();
        }
        if (text.equals("latest")) {
            return new Latest();
        }
        if (text.matches("\\d{1,18}")) {
            return new Offset(Long.parseLong(text));
        }
        try {
            return new Time(Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + text + "' is no position", e);
        }
    }

    record Earliest() implements StartPosition {
        @Override
        public void seek(Consumer<?, ?> consumer, Set<TopicPartition> partitions) {
            consumer.seekToBeginning(partitions);
        }
    }

    record Latest() implements StartPosition {
        @Override
        public void seek(Consumer<?, ?> consumer, Set<TopicPartition> partitions) {
            consumer.seekToEnd(partitions);
        }
    }

    /** The same offset in each partition, within what the partition has. */
    record Offset(long offset) implements StartPosition {
        @Override
        public void seek(Consumer<?, ?> consumer, Set<TopicPartition> partitions) {
            Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (TopicPartition p : partitions) {
                long end = ends.getOrDefault(p, 0L);
                consumer.seek(p, Math.min(end, Math.max(firsts.getOrDefault(p, 0L), offset)));
            }
        }
    }

    /** The first record of each partition whose timestamp is not earlier; its end without one. */
    record Time(long timeMs) implements StartPosition {
        @Override
        public void seek(Consumer<?, ?> consumer, Set<TopicPartition> partitions) {
            Map<TopicPartition, Long> times = new HashMap<>();
            partitions.forEach(p -> times.put(p, timeMs));
            consumer.offsetsForTimes(times)
                    .forEach(
                            (p, found) -> {
                                if (found == null) {
                                    consumer.seekToEnd(Set.of(p));
                                } else {
                                    consumer.seek(p, found.offset());
                                }
                            });
        }
    }
}
