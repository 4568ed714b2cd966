package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the metrics have to be, by definition, from everything that the topics of truth and
 * predictions hold: no increments and none of the product's code.
 */
final class BatchRecount {
    /** 16 cells and the examples without truth. */
    record Table(List<Long> cells, long withoutTruth) {
        private long sum(int bits) {
            long sum = 0;
            for (int i = 0; i < 16; i++) {
                sum += (i & bits) == bits ? cells.get(i) : 0;
            }
            return sum;
        }

        private long n() {
            return sum(0);
        }
    }

    private record Known(int label, long timeMs) {}

    private record Said(long checkpoint, boolean isLabel, long timeMs, List<Float> row) {
        int label() {
            float best = Collections.max(row);
            return row.indexOf(best);
        }
    }

    private static final Comparator<Said> NEWEST =
            Comparator.comparingLong(Said::timeMs)
                    .thenComparing(s -> s.row().get(0))
                    .thenComparing(s -> s.row().get(1))
                    .thenComparing(s -> s.row().get(2));

    /** A label by the last checkpoint that gave one; a prediction if nothing says it is a label. */
    private static final Comparator<Said> LABEL =
            Comparator.comparing(Said::isLabel)
                    .thenComparingLong(Said::checkpoint)
                    .thenComparing(NEWEST);

    /** Before the model could learn from the example: no label, and by the first checkpoint. */
    private static final Comparator<Said> LEARNED =
            Comparator.comparing(Said::isLabel)
                    .thenComparingLong(Said::checkpoint)
                    .reversed()
                    .thenComparing(NEWEST);

    private final Map<String, Known> truths = new HashMap<>();
    private final Map<String, Map<String, Said>> sweeps = new HashMap<>();
    private final Map<String, Long> sweepRows = new HashMap<>();
    private final Map<String, Map<String, Said>> labelled = new HashMap<>();
    private final Map<String, Map<String, Said>> learned = new HashMap<>();
    private long predictions;

    /** Takes in a record of any of the input topics that makes sense. */
    void add(ConsumerRecord<byte[], byte[]> record, @Nullable GenericRecord event) {
        if (record.topic().equals(Load.TRUTH)) {
            String id = new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
            Known known =
                    event == null
                            ? new Known(-1, Math.max(0, record.timestamp()))
                            : new Known(
                                    (Integer) event.get("label"),
                                    Judge.number(event, "eventTimeMs"));
            Comparator<Known> newest =
                    Comparator.comparingLong(Known::timeMs).thenComparing(Known::label);
            truths.merge(id, known, (a, b) -> newest.compare(b, a) > 0 ? b : a);
        } else if (record.topic().equals(Load.PREDICTIONS) && event != null) {
            block(event);
        }
    }

    private void block(GenericRecord block) {
        String model = block.get("model").toString();
        long checkpoint = Judge.number(block, "checkpoint");
        boolean sweep = block.get("phase").toString().equals("HOLDOUT");
        if (sweep) {
            sweepRows.merge(model + "|" + checkpoint, Judge.number(block, "sweepRows"), Math::max);
        }
        List<?> ids = Judge.list(block, "ids");
        List<?> times = Judge.list(block, "eventTimesMs");
        List<?> probabilities = Judge.list(block, "probabilities");
        for (int i = 0; i < ids.size(); i++) {
            List<Float> row = new ArrayList<>();
            for (int k = 0; k < Pairs.CLASSES; k++) {
                row.add((Float) probabilities.get(i * Pairs.CLASSES + k));
            }
            boolean isLabel = (Boolean) block.get("labels");
            Said said = new Said(checkpoint, isLabel, (Long) times.get(i), row);
            String id = ids.get(i).toString();
            predictions++;
            if (sweep) {
                keep(sweeps, model + "|" + checkpoint, id, said, NEWEST);
            } else {
                keep(labelled, model, id, said, LABEL);
                keep(learned, model, id, said, LEARNED);
            }
        }
    }

    private static void keep(
            Map<String, Map<String, Said>> columns,
            String column,
            String id,
            Said said,
            Comparator<Said> best) {
        columns.computeIfAbsent(column, c -> new HashMap<>())
                .merge(id, said, (a, b) -> best.compare(b, a) > 0 ? b : a);
    }

    /** Predictions taken in, repetitions too. */
    long predictions() {
        return predictions;
    }

    /** By student|checkpoint|phase; PROGRESSIVE: student|PROGRESSIVE. */
    Map<String, Table> tables() {
        Map<String, Table> tables = new TreeMap<>();
        for (Pairs.Pair pair : Pairs.ALL) {
            initial(pair, tables);
            for (long k = 1; k <= Pairs.CHECKPOINTS; k++) {
                tables.put(
                        pair.student() + "|" + k + "|HOLDOUT",
                        table(
                                column(
                                        sweeps,
                                        pair.supervisor() + "|" + pair.supervisorCheckpoint(k)),
                                column(sweeps, pair.student() + "|" + k),
                                pair.ceiling() == null
                                        ? null
                                        : column(sweeps, pair.ceiling() + "|" + k)));
            }
            Map<String, Said> supervisor = column(labelled, pair.supervisor());
            Map<String, Said> student = column(learned, pair.student());
            Table with =
                    table(
                            supervisor,
                            student,
                            pair.ceiling() == null ? null : column(learned, pair.ceiling()));
            // as long as no example is predicted by the ceiling too, it is told without
            tables.put(
                    pair.student() + "|PROGRESSIVE",
                    with.n() + with.withoutTruth() > 0 ? with : table(supervisor, student, null));
        }
        return tables;
    }

    /**
     * Nobody writes the initial weights as a checkpoint; if they have predicted the holdout all the
     * same, they are compared, without a ceiling, as soon as the sweep is whole.
     */
    private void initial(Pairs.Pair pair, Map<String, Table> tables) {
        Map<String, Said> student = column(sweeps, pair.student() + "|0");
        Table table = table(column(sweeps, pair.supervisor() + "|1"), student, null);
        boolean whole = student.size() >= sweepRows.getOrDefault(pair.student() + "|0", 0L);
        if (whole && table.n() + table.withoutTruth() > 0) {
            tables.put(pair.student() + "|0|HOLDOUT", table);
        }
    }

    private static Map<String, Said> column(Map<String, Map<String, Said>> columns, String name) {
        return columns.getOrDefault(name, Map.of());
    }

    private Table table(
            Map<String, Said> supervisor,
            Map<String, Said> student,
            @Nullable Map<String, Said> ceiling) {
        long[] cells = new long[16];
        long withoutTruth = 0;
        Set<String> ids = new HashSet<>(supervisor.keySet());
        ids.retainAll(student.keySet());
        if (ceiling != null) {
            ids.retainAll(ceiling.keySet());
        }
        for (String id : ids) {
            Known truth = truths.get(id);
            if (truth == null || truth.label() < 0) {
                withoutTruth++;
                continue;
            }
            int w = label(supervisor, id);
            int s = label(student, id);
            int index = w == truth.label() ? 8 : 0;
            index += s == truth.label() ? 4 : 0;
            index += ceiling != null && label(ceiling, id) == truth.label() ? 2 : 0;
            index += s == w ? 1 : 0;
            cells[index]++;
        }
        List<Long> list = new ArrayList<>();
        for (long cell : cells) {
            list.add(cell);
        }
        return new Table(list, withoutTruth);
    }

    private static int label(Map<String, Said> column, String id) {
        Said said = column.get(id);
        if (said == null) {
            throw new IllegalStateException(id + " is in all columns");
        }
        return said.label();
    }

    /** Where the counts of these metrics differ from the recount's; empty if nowhere. */
    List<String> differences(Map<String, GenericRecord> metrics) {
        Map<String, Table> tables = tables();
        List<String> differences = new ArrayList<>();
        tables.forEach(
                (key, table) -> {
                    GenericRecord row = metrics.get(key);
                    Table told = row == null ? null : told(row);
                    if (!table.equals(told)) {
                        differences.add(key + ": expected " + table + ", told " + told);
                    }
                });
        // of initial weights: may have been told before a block said that there is more to come
        metrics.keySet().stream()
                .filter(key -> !tables.containsKey(key) && !key.endsWith("|0|HOLDOUT"))
                .forEach(key -> differences.add(key + ": told, and not to be"));
        return differences;
    }

    private static Table told(GenericRecord row) {
        return new Table(
                Judge.list(row, "cells").stream().map(Long.class::cast).toList(),
                Judge.number(row, "withoutTruth"));
    }

    /** Asserts that what follows from the counts is told as it follows; a quotient is exact. */
    void requireFigures(Map<String, GenericRecord> metrics) {
        tables().forEach(
                        (key, table) -> {
                            GenericRecord row = metrics.get(key);
                            if (row == null) {
                                throw new AssertionError("no row " + key);
                            }
                            boolean ceiling = row.get("ceilingCheckpoint") != null;
                            long n = table.n();
                            long same = table.sum(1);
                            double w = (double) table.sum(8) / n;
                            double s = (double) table.sum(4) / n;
                            double c = (double) table.sum(2) / n;
                            assertEquals(n, Judge.number(row, "n"), key);
                            figure(key, row, "supervisorAccuracy", w, 0);
                            figure(key, row, "studentAccuracy", s, 0);
                            figure(key, row, "agreement", (double) same / n, 0);
                            figure(key, row, "gain", s - w, 1e-12);
                            long right = table.sum(8 | 1);
                            figure(
                                    key,
                                    row,
                                    "agreementWhenSupervisorRight",
                                    (double) right / table.sum(8),
                                    0);
                            figure(
                                    key,
                                    row,
                                    "agreementWhenSupervisorWrong",
                                    (double) (same - right) / (n - table.sum(8)),
                                    0);
                            if (ceiling) {
                                figure(key, row, "ceilingAccuracy", c, 0);
                                figure(key, row, "gap", c - w, 1e-12);
                                if (row.get("pgr") != null) {
                                    figure(key, row, "pgr", (s - w) / (c - w), 1e-9);
                                }
                            }
                        });
    }

    private static void figure(
            String key, GenericRecord row, String name, double expected, double within) {
        GenericRecord estimate = (GenericRecord) row.get(name);
        if (estimate == null && Double.isNaN(expected)) {
            return; // of no examples
        }
        if (estimate == null) {
            throw new AssertionError(key + " has no " + name);
        }
        assertEquals(expected, (Double) estimate.get("value"), within, key + " " + name);
    }
}
