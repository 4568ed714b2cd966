package dev.belay.benchmarks.aggregator;

import static org.apache.kafka.common.serialization.Serdes.String;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The cells of each student's checkpoints as one would count them with the DSL of Kafka Streams:
 * one record a prediction, joins and an aggregate.
 *
 * <pre>
 * predictions ─┬─ supervisor (table) ─┐
 *              └──────────────────── join ── join ── by checkpoint and id ─┬─ ceiling (table) ─┐
 * truth (table) ─────────────────────────────┘                             └─ students ────── join ── cells
 * </pre>
 *
 * It does less than Belay: truth and the predictions of supervisor and ceiling must have come
 * before a student's, a prediction that is repeated or corrected would count twice, and it counts
 * cells only. (Joining tables instead would take corrections; with Streams' default cache such a
 * join, aggregated, counts some examples twice.)
 */
final class DslTopology {
    static final AvroSerde PREDICTION =
            AvroSerde.of(
                    """
                    {"type": "record", "name": "Prediction", "fields": [
                     {"name": "model", "type": {"type": "string", "avro.java.string": "String"}},
                     {"name": "checkpoint", "type": "long"},
                     {"name": "probabilities", "type": {"type": "array", "items": "float"}},
                     {"name": "eventTimeMs", "type": "long"}]}
                    """);
    static final AvroSerde TRUTH =
            AvroSerde.of(
                    """
                    {"type": "record", "name": "Truth", "fields": [
                     {"name": "label", "type": "int"}, {"name": "eventTimeMs", "type": "long"}]}
                    """);
    static final AvroSerde CELLS =
            AvroSerde.of(
                    """
                    {"type": "record", "name": "Cells", "fields": [
                     {"name": "counts", "type": {"type": "array", "items": "long"}}]}
                    """);
    private static final AvroSerde JUDGED =
            AvroSerde.of(
                    """
                    {"type": "record", "name": "Judged", "fields": [
                     {"name": "model", "type": {"type": "string", "avro.java.string": "String"}},
                     {"name": "checkpoint", "type": "long"},
                     {"name": "said", "type": "int"},
                     {"name": "supervisor", "type": "int"},
                     {"name": "truth", "type": "int"}]}
                    """);

    private static final AvroSerde COUNTED =
            AvroSerde.of(
                    """
                    {"type": "record", "name": "Counted", "fields": [
                     {"name": "model", "type": {"type": "string", "avro.java.string": "String"}},
                     {"name": "checkpoint", "type": "long"},
                     {"name": "cell", "type": "int"}]}
                    """);

    private final String data;
    private final String cells;

    /**
     * @param data prefix of the topics that are read
     * @param cells topic that is written
     */
    DslTopology(String data, String cells) {
        this.data = data;
        this.cells = cells;
    }

    String truth() {
        return data + "truth";
    }

    String predictions() {
        return data + "predictions";
    }

    Topology build() {
        var builder = new StreamsBuilder();
        KTable<String, GenericRecord> truth =
                builder.table(truth(), Consumed.with(String(), TRUTH), kept("truth", TRUTH));
        KStream<String, GenericRecord> predictions =
                builder.stream(predictions(), Consumed.with(String(), PREDICTION));
        KTable<String, GenericRecord> supervisor =
                predictions
                        .filter((id, p) -> isOf(Sweeps.SUPERVISOR, p))
                        .toTable(Named.as("supervisor-table"), kept("supervisor", PREDICTION));
        KStream<String, GenericRecord> judged =
                predictions
                        .filter((id, p) -> !isOf(Sweeps.SUPERVISOR, p))
                        .join(
                                supervisor,
                                DslTopology::beside,
                                Joined.with(String(), PREDICTION, PREDICTION))
                        .join(truth, DslTopology::judge, Joined.with(String(), JUDGED, TRUTH))
                        .selectKey((id, j) -> j.get("checkpoint") + "|" + id)
                        .repartition(
                                Repartitioned.with(String(), JUDGED).withName("by-checkpoint"));
        KTable<String, GenericRecord> ceiling =
                judged.filter((key, j) -> isOf(Sweeps.CEILING, j))
                        .toTable(Named.as("ceiling-table"), kept("ceiling", JUDGED));
        judged.filter((key, j) -> !isOf(Sweeps.CEILING, j))
                .join(ceiling, DslTopology::cell, Joined.with(String(), JUDGED, JUDGED))
                .groupBy(
                        (key, counted) -> counted.get("model") + "|" + counted.get("checkpoint"),
                        Grouped.with("counted", String(), COUNTED))
                .aggregate(
                        () -> CELLS.record(zeros()),
                        (key, counted, cells) -> plus(cells, (Integer) counted.get("cell")),
                        kept("cells", CELLS))
                .toStream()
                .to(cells, Produced.with(String(), CELLS));
        return builder.build();
    }

    private static Materialized<String, GenericRecord, KeyValueStore<Bytes, byte[]>> kept(
            String store, AvroSerde serde) {
        return Materialized.<String, GenericRecord, KeyValueStore<Bytes, byte[]>>as(store)
                .withKeySerde(String())
                .withValueSerde(serde);
    }

    private static boolean isOf(String model, GenericRecord prediction) {
        return prediction.get("model").equals(model);
    }

    private static GenericRecord beside(GenericRecord prediction, GenericRecord supervisor) {
        return JUDGED.record(
                prediction.get("model"),
                prediction.get("checkpoint"),
                says(prediction),
                says(supervisor),
                -1);
    }

    private static GenericRecord judge(GenericRecord judged, GenericRecord truth) {
        judged.put("truth", truth.get("label"));
        return judged;
    }

    private static int says(GenericRecord prediction) {
        List<?> p = (List<?>) prediction.get("probabilities");
        return (Float) p.get(0) >= (Float) p.get(1) ? 0 : 1;
    }

    private static GenericRecord cell(GenericRecord student, GenericRecord ceiling) {
        Object truth = student.get("truth");
        Object supervisor = student.get("supervisor");
        Object said = student.get("said");
        int cell =
                (supervisor.equals(truth) ? 8 : 0)
                        + (said.equals(truth) ? 4 : 0)
                        + (ceiling.get("said").equals(truth) ? 2 : 0)
                        + (said.equals(supervisor) ? 1 : 0);
        return COUNTED.record(student.get("model"), student.get("checkpoint"), cell);
    }

    private static List<Long> zeros() {
        List<Long> zeros = new ArrayList<>();
        for (int i = 0; i < 16; i++) zeros.add(0L);
        return zeros;
    }

    private static GenericRecord plus(GenericRecord cells, int cell) {
        List<Long> counts = counts(cells);
        counts.set(cell, counts.get(cell) + 1);
        return CELLS.record(counts);
    }

    /** The counts, copied. */
    static List<Long> counts(GenericRecord cells) {
        List<Long> counts = new ArrayList<>();
        for (Object count : (List<?>) cells.get("counts")) counts.add((Long) count);
        return counts;
    }
}
