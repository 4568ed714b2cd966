package dev.belay.it.aggregators;

import dev.belay.schemas.events.PairMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** {@code belay.metrics} as the topic's compaction leaves it: the last event of each key. */
final class MetricsView implements AutoCloseable {
    private final RawLog log;
    private final Judge judge;
    private final Map<String, byte[]> last = new HashMap<>();
    private long events;

    MetricsView(String bootstrapServers, Judge judge) {
        this.log = new RawLog(bootstrapServers, List.of("belay.metrics"));
        this.judge = judge;
    }

    /** Takes in what has come. */
    void poll(Duration wait) {
        take(log.poll(wait));
    }

    /** Takes in what is committed now. */
    void catchUp() {
        take(log.rest());
    }

    /** Events so far. */
    long events() {
        return events;
    }

    /**
     * Cumulative rows by student|checkpoint|phase. PROGRESSIVE by student|PROGRESSIVE: the key
     * names the newest checkpoint that has predicted, so that the one with the greatest is it.
     */
    Map<String, GenericRecord> rows() {
        Map<String, GenericRecord> rows = new HashMap<>();
        last.forEach(
                (text, value) -> {
                    GenericRecord row = judge.read(value, PairMetrics.getClassSchema());
                    String[] key = text.split("\\|", -1);
                    if (!key[3].equals("cumulative")) {
                        return;
                    }
                    boolean sweep = key[2].equals("HOLDOUT");
                    rows.merge(
                            sweep ? key[0] + "|" + key[1] + "|" + key[2] : key[0] + "|" + key[2],
                            row,
                            (a, b) ->
                                    Judge.number(b, "checkpoint") > Judge.number(a, "checkpoint")
                                            ? b
                                            : a);
                });
        return rows;
    }

    /** How many examples each row counts, by its key. */
    Map<String, Long> examples() {
        Map<String, Long> examples = new HashMap<>();
        last.forEach(
                (key, value) ->
                        examples.put(
                                key,
                                Judge.number(
                                        judge.read(value, PairMetrics.getClassSchema()), "n")));
        return examples;
    }

    private void take(List<ConsumerRecord<byte[], byte[]>> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            events++;
            last.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
