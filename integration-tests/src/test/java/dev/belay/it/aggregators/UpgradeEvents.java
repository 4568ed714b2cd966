package dev.belay.it.aggregators;

import static java.util.Objects.requireNonNull;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * The records of one task, the same in each run, in three parts: those that a release has counted,
 * those that it has not read when it is stopped, and those that are written after the upgrade. They
 * contain sweeps in their partitions and in others, a model that is student and supervisor, a
 * supervisor's label and a student's prediction with the same event time, corrections, windows and
 * late truth; the model {@link Pairs#LATE} appears after the upgrade.
 */
final class UpgradeEvents {
    private static final int HOLDOUT = 40;
    private static final long BEGIN_MS = Instant.parse("2025-01-01T00:00:00Z").toEpochMilli();
    private static final long SECOND_MS = 1_000;
    private static final long LATE_MS = Duration.ofHours(3).toMillis();

    private final EventCodec codec;
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

    private UpgradeEvents(EventCodec codec) {
        this.codec = codec;
    }

    /** What the release counts: four of six checkpoints, truth of most examples. */
    static List<ProducerRecord<byte[], byte[]>> counted(EventCodec codec) {
        UpgradeEvents events = new UpgradeEvents(codec);
        for (String model : Pairs.specs().keySet()) {
            if (!model.equals(Pairs.LATE)) {
                events.model(model);
                events.checkpoints(model, 1, 4);
                events.stream(model, 0, 40);
            }
        }
        events.truths("h", 0, 28, 0);
        events.truths("p", 0, 30, 0);
        return events.records;
    }

    /** What is in the topics, and not read, when the release is stopped. */
    static List<ProducerRecord<byte[], byte[]>> unread(EventCodec codec) {
        UpgradeEvents events = new UpgradeEvents(codec);
        events.truths("h", 28, 32, 0);
        events.block(Pairs.NAIVE, 2, Phase.HOLDOUT, ids("h", 3, 9), 1);
        for (String model : Pairs.specs().keySet()) {
            if (!model.equals(Pairs.LATE)) {
                events.stream(model, 40, 45);
            }
        }
        return events.records;
    }

    /** The rest; one example of the holdout and four of the stream stay without truth. */
    static List<ProducerRecord<byte[], byte[]>> later(EventCodec codec) {
        UpgradeEvents events = new UpgradeEvents(codec);
        events.truths("h", 32, 39, 0);
        events.truths("p", 30, 40, 0);
        events.truths("p", 40, 56, LATE_MS);
        events.block(Pairs.WEAK, 1, Phase.HOLDOUT, ids("h", 20, 26), 1);
        events.model(Pairs.LATE);
        events.checkpoints(Pairs.LATE, 1, 4);
        events.stream(Pairs.LATE, 0, 45);
        for (String model : Pairs.specs().keySet()) {
            events.checkpoints(model, 5, 6);
            events.stream(model, 45, 60);
        }
        return events.records;
    }

    /** Truth of one example of the holdout. */
    static List<ProducerRecord<byte[], byte[]>> truth(EventCodec codec, int example) {
        UpgradeEvents events = new UpgradeEvents(codec);
        events.truths("h", example, example + 1, 0);
        return events.records;
    }

    /** Whether a row, by student, checkpoint and phase, can be complete after {@link #counted}. */
    static boolean isCounted(String row) {
        return row.matches("(?!x/late)[^|]*\\|([1-4]\\||PROG).*");
    }

    private void model(String model) {
        add(Load.MODELS, model, requireNonNull(Pairs.specs().get(model)));
    }

    private void checkpoints(String model, long from, long to) {
        for (long k = from; k <= Math.min(to, Pairs.checkpoints(model)); k++) {
            add(Load.CHECKPOINTS, model, Pairs.checkpoint(model, k));
            if (k % 2 == 0) {
                for (List<String> some : byPartition(ids("h", 0, HOLDOUT))) {
                    block(model, k, Phase.HOLDOUT, some, 0);
                }
            } else {
                block(model, k, Phase.HOLDOUT, ids("h", 0, HOLDOUT), 0);
            }
        }
    }

    /** As trainers write it, and of a supervisor as labelers do too: later checkpoints. */
    private void stream(String model, int from, int to) {
        for (int i = from; i < to; i += 5) {
            List<String> some = ids("p", i, Math.min(i + 5, to));
            long learned = Math.min(1 + i / 10, Pairs.checkpoints(model));
            block(model, learned, Phase.PROGRESSIVE, some, 0);
            if (model.equals(Pairs.NAIVE)) {
                block(model, learned + 1, Phase.PROGRESSIVE, some, 0);
            }
        }
    }

    private void truths(String prefix, int from, int to, long lateMs) {
        for (String id : ids(prefix, from, to)) {
            add(Load.TRUTH, id, EventFactory.truth(id, right(id), timeMs(id) + lateMs));
        }
    }

    private void block(String model, long k, Phase phase, List<String> ids, int version) {
        List<Long> times = new ArrayList<>();
        List<Float> probabilities = new ArrayList<>();
        int skill = model.equals(Pairs.TOP) ? 9 : model.equals(Pairs.WEAK) ? 5 : 7;
        for (String id : ids) {
            times.add(timeMs(id) + version * SECOND_MS);
            Random random = new Random((model + k + phase + id + version).hashCode());
            random.nextInt();
            int right = right(id);
            int label = random.nextInt(10) < skill ? right : random.nextInt(Pairs.CLASSES);
            for (int c = 0; c < Pairs.CLASSES; c++) {
                probabilities.add(c == label ? 0.5f : 0.25f);
            }
        }
        boolean whole = phase == Phase.HOLDOUT && !model.equals(Pairs.FREE);
        add(
                Load.PREDICTIONS,
                ids.get(0),
                EventFactory.block(
                        model,
                        k,
                        phase,
                        Pairs.CLASSES,
                        ids,
                        times,
                        probabilities,
                        whole ? (long) HOLDOUT : 0L,
                        false));
    }

    private void add(String topic, String key, SpecificRecord event) {
        byte[] value = codec.encode(topic, event);
        records.add(new ProducerRecord<>(topic, bytes(key), value));
    }

    private static List<List<String>> byPartition(List<String> ids) {
        Map<Integer, List<String>> some = new TreeMap<>();
        for (String id : ids) {
            int partition = Utils.toPositive(Utils.murmur2(bytes(id))) % Pairs.PARTITIONS;
            some.computeIfAbsent(partition, p -> new ArrayList<>()).add(id);
        }
        return List.copyOf(some.values());
    }

    private static List<String> ids(String prefix, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> prefix + i).toList();
    }

    private static long timeMs(String id) {
        return BEGIN_MS + 10 * SECOND_MS * Integer.parseInt(id.substring(1));
    }

    private static int right(String id) {
        return Math.floorMod(id.hashCode(), Pairs.CLASSES);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
