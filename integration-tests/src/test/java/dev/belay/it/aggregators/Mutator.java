package dev.belay.it.aggregators;

import dev.belay.schemas.events.ModelSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes mutants of good records by a seed: of bytes, keys, times and places here, of what the
 * events say in {@link EventMutator}.
 *
 * <p>Specs and checkpoints that still make sense may change who is compared with whom, which the
 * recount takes as given. So half of their mutants are made of models that take no part (decoys),
 * and of the others those that would change it are made anew; likewise blocks that claim that a
 * sweep has more rows than it has.
 */
final class Mutator {
    /** A model of another task. */
    static final String FOREIGN = "y/other#0@0";

    private static final int DECOYS = 40;

    private final Load load;
    private final Judge judge;
    private final Random random;
    private final EventMutator events;

    Mutator(Load load, Judge judge, Random random) {
        this.load = load;
        this.judge = judge;
        this.random = random;
        this.events = new EventMutator(random);
    }

    /** The spec of {@link #FOREIGN}, which makes sense. */
    static ModelSpec foreign() {
        return ModelSpec.newBuilder(Pairs.spec(FOREIGN, "truth", null))
                .setExperiment("y")
                .setTask("u")
                .build();
    }

    /** A mutant for a topic. */
    Mutant of(String topic) {
        Mutant mutant = any(topic);
        while (changesTheQuestion(mutant.record())) {
            mutant = any(topic);
        }
        return mutant;
    }

    private Mutant any(String topic) {
        ProducerRecord<byte[], byte[]> good = good(topic);
        return random.nextInt(3) == 0 ? event(good) : bytes(good);
    }

    private ProducerRecord<byte[], byte[]> good(String topic) {
        if (topic.equals(Load.TRUTH) || topic.equals(Load.PREDICTIONS)) {
            return load.sample(topic);
        }
        boolean decoy = random.nextBoolean();
        List<String> real = List.copyOf(Pairs.specs().keySet());
        String model =
                decoy
                        ? Pairs.id("decoy" + random.nextInt(DECOYS))
                        : real.get(random.nextInt(real.size()));
        ModelSpec spec = Pairs.specs().get(model);
        long number = 1L + random.nextInt((int) Pairs.checkpoints(model));
        return load.codec()
                .record(
                        topic,
                        null,
                        model,
                        topic.equals(Load.CHECKPOINTS)
                                ? Pairs.checkpoint(model, number)
                                : spec != null ? spec : Pairs.spec(model, Pairs.WEAK, Pairs.TOP),
                        System.currentTimeMillis());
    }

    private Mutant event(ProducerRecord<byte[], byte[]> good) {
        GenericRecord event = judge.read(good.value(), Judge.contract(good.topic()));
        EventMutator.Made made =
                events.of(good.topic(), good.key(), event, ByteBuffer.wrap(good.value()).getInt(1));
        return new Mutant(made.kind(), record(good, made.key(), made.value()));
    }

    private Mutant bytes(ProducerRecord<byte[], byte[]> good) {
        byte[] key = good.key();
        byte[] value = good.value();
        boolean placed = good.topic().equals(Load.TRUTH) || good.topic().equals(Load.PREDICTIONS);
        return switch (random.nextInt(15)) {
            case 0 -> mutant("bits of the value", good, key, flipped(value, 0, 3));
            case 1, 2 -> mutant("a bit of the event", good, key, flipped(value, 5, 1));
            case 3 ->
                    mutant(
                            "truncated",
                            good,
                            key,
                            Arrays.copyOf(value, random.nextInt(value.length)));
            case 4 -> mutant("bytes appended", good, key, joined(value, noise(40)));
            case 5 -> mutant("no value", good, key, random.nextBoolean() ? new byte[0] : null);
            case 6 -> mutant("unknown schema", good, key, withSchema(value, random.nextInt()));
            case 7 -> {
                int id = ByteBuffer.wrap(good(another(good.topic())).value()).getInt(1);
                yield mutant("schema of another topic", good, key, withSchema(value, id));
            }
            case 8 -> {
                ProducerRecord<byte[], byte[]> other = good(another(good.topic()));
                byte[] either = random.nextBoolean() ? key : other.key();
                yield mutant("event of another topic", good, either, other.value());
            }
            case 9 -> {
                byte[] magic = value.clone();
                magic[0] = (byte) (1 + random.nextInt(255));
                yield mutant("magic byte", good, key, magic);
            }
            case 10 -> {
                byte[] text = "{\"id\": \"h1\", \"label\": 1}".getBytes(StandardCharsets.UTF_8);
                yield mutant("no Avro", good, key, random.nextBoolean() ? text : noise(2_000));
            }
            case 11 -> mutant("another key", good, anotherKey(good), value);
            case 12 -> mutant("bits of the key", good, flipped(key, 0, 2), value);
            case 13 -> {
                byte[] either = random.nextBoolean() ? value : flipped(value, 5, 1);
                yield new Mutant(
                        "no time",
                        new Mutant.Timeless(good.topic(), good.partition(), key, either));
            }
            default ->
                    placed
                            ? new Mutant("another partition", elsewhere(good))
                            : mutant("a bit of the event", good, key, flipped(value, 5, 1));
        };
    }

    private ProducerRecord<byte[], byte[]> elsewhere(ProducerRecord<byte[], byte[]> good) {
        return new ProducerRecord<>(
                good.topic(),
                random.nextInt(Pairs.PARTITIONS),
                good.timestamp(),
                good.key(),
                good.value());
    }

    private byte @Nullable [] anotherKey(ProducerRecord<byte[], byte[]> good) {
        boolean compacted = !good.topic().equals(Load.PREDICTIONS); // which refuse null
        return switch (random.nextInt(4)) {
            case 0 -> compacted ? good(good.topic()).key() : null;
            case 1 -> new byte[0];
            case 2 -> noise(60);
            default -> good(good.topic()).key();
        };
    }

    private String another(String topic) {
        List<String> others = Load.TOPICS.stream().filter(t -> !t.equals(topic)).toList();
        return others.get(random.nextInt(others.size()));
    }

    private Mutant mutant(
            String kind,
            ProducerRecord<byte[], byte[]> good,
            byte @Nullable [] key,
            byte @Nullable [] value) {
        return new Mutant(kind, record(good, key, value));
    }

    /** Specs and checkpoints go by their key, so that each model has one order. */
    private static ProducerRecord<byte[], byte[]> record(
            ProducerRecord<byte[], byte[]> good, byte @Nullable [] key, byte @Nullable [] value) {
        return new ProducerRecord<>(good.topic(), good.partition(), good.timestamp(), key, value);
    }

    private byte[] flipped(byte[] bytes, int from, int most) {
        byte[] flipped = bytes.clone();
        for (int i = random.nextInt(most); i >= 0; i--) {
            int at = from + random.nextInt(bytes.length - from);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] noise(int most) {
        byte[] noise = new byte[1 + random.nextInt(most)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] withSchema(byte[] value, int id) {
        return ByteBuffer.wrap(value.clone()).putInt(1, id).array();
    }

    private static byte[] joined(byte[] a, byte[] b) {
        return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
    }

    private boolean changesTheQuestion(ProducerRecord<byte[], byte[]> record) {
        Judge.Verdict verdict = judge.of(record.topic(), record.key(), record.value());
        if (verdict.nonsense() != null || record.topic().equals(Load.TRUTH)) {
            return false;
        }
        GenericRecord event = verdict.event();
        if (record.topic().equals(Load.PREDICTIONS)) {
            return event != null && Judge.number(event, "sweepRows") > Load.HOLDOUT;
        }
        String model = new String(record.key(), StandardCharsets.UTF_8);
        ModelSpec real = Pairs.specs().get(model);
        if (real == null) {
            return false;
        }
        if (event == null) {
            return true;
        }
        if (record.topic().equals(Load.MODELS)) {
            return !same(event, real, "supervisor", "ceiling", "classes", "task", "labelPolicy")
                    || !same(event, real, "encoderName", "evaluateEvery");
        }
        long number = Judge.number(event, "number");
        return number < 1
                || number > Pairs.checkpoints(model)
                || !same(
                        event,
                        Pairs.checkpoint(model, number),
                        "state",
                        "examplesSeen",
                        "supervisorCheckpoints");
    }

    private static boolean same(GenericRecord a, GenericRecord b, String... fields) {
        return Arrays.stream(fields)
                .allMatch(f -> String.valueOf(a.get(f)).equals(String.valueOf(b.get(f))));
    }
}
