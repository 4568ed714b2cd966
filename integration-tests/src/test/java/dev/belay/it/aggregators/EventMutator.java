package dev.belay.it.aggregators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Events that can be read, or nearly, and say what none should. */
final class EventMutator {
    private final Random random;
    private final Choice choice;
    private final CatalogMutator catalog;

    /** What was made, and what was done. */
    record Made(String kind, byte[] key, byte[] value) {}

    EventMutator(Random random) {
        this.random = random;
        this.choice = new Choice(random);
        this.catalog = new CatalogMutator(random);
    }

    /**
     * @param schemaId of the event's schema
     */
    Made of(String topic, byte[] key, GenericRecord event, int schemaId) {
        return switch (topic) {
            case Load.TRUTH -> truth(key, event, schemaId);
            case Load.PREDICTIONS -> predictions(key, event, schemaId);
            case Load.MODELS -> catalog.model(key, event, schemaId);
            default -> catalog.checkpoint(key, event, schemaId);
        };
    }

    private Made truth(byte[] key, GenericRecord truth, int schemaId) {
        String kind;
        byte[] asKey = key;
        switch (random.nextInt(4)) {
            case 0 -> {
                kind = "no class";
                truth.put(
                        "label",
                        choice.one(-1, Pairs.CLASSES, Integer.MAX_VALUE, Integer.MIN_VALUE));
            }
            case 1 -> {
                kind = "absurd time";
                truth.put("eventTimeMs", choice.time());
            }
            case 2 -> {
                kind = "huge or empty id";
                String id = "p".repeat(choice.one(0, 5_000, 100_000, 450_000));
                truth.put("id", id);
                asKey = id.getBytes(StandardCharsets.UTF_8);
            }
            default -> {
                kind = "id is not the key";
                truth.put("id", truth.get("id") + "x");
            }
        }
        return new Made(kind, asKey, Choice.bytes(schemaId, truth));
    }

    private Made predictions(byte[] key, GenericRecord block, int schemaId) {
        List<Object> ids = new ArrayList<>(Judge.list(block, "ids"));
        List<Object> times = new ArrayList<>(Judge.list(block, "eventTimesMs"));
        List<Object> row = new ArrayList<>(Judge.list(block, "probabilities"));
        int at = random.nextInt(row.size());
        String kind;
        switch (random.nextInt(13)) {
            case 0 -> {
                kind = "absurd probability";
                row.set(
                        at,
                        choice.one(Float.NaN, -0.5f, 1.5f, Float.POSITIVE_INFINITY, -0.0f, 1e-30f));
            }
            case 1 -> {
                kind = "sum is not 1";
                row.set(at, (Float) row.get(at) > 0.5f ? 0.25f : 0.95f);
            }
            case 2 -> {
                kind = "number of classes";
                block.put(
                        "classes",
                        choice.one(0, 1, 2, 4, -3, Integer.MAX_VALUE, Integer.MIN_VALUE));
            }
            case 3 -> {
                kind = "columns differ in length";
                choice.one(ids, times, row).remove(0);
            }
            case 4 -> {
                kind = "too many rows, or none";
                int many = choice.one(0, 1_025, 3_000, 15_000);
                ids = new ArrayList<>(Collections.nCopies(many, ids.get(0)));
                times = new ArrayList<>(Collections.nCopies(many, times.get(0)));
                List<Object> first = row.subList(0, Pairs.CLASSES);
                row = new ArrayList<>();
                for (int i = 0; i < many; i++) {
                    row.addAll(first);
                }
            }
            case 5 -> {
                kind = "huge or empty id";
                ids.set(
                        random.nextInt(ids.size()),
                        "h".repeat(choice.one(0, 5_000, 100_000, 700_000)));
            }
            case 6 -> {
                kind = "an id twice, or unknown";
                ids.set(random.nextInt(ids.size()), random.nextBoolean() ? ids.get(0) : "zzz");
            }
            case 7 -> {
                kind = "unknown or absurd model";
                block.put(
                        "model",
                        choice.one(
                                "x/nobody#0@0",
                                Mutator.FOREIGN,
                                "",
                                "naive",
                                "x/Naive#0@0",
                                "x/naive#0@9999999999",
                                "x/" + "n".repeat(70_000) + "#0@0"));
            }
            case 8 -> {
                kind = "impossible checkpoint";
                block.put("checkpoint", choice.count());
            }
            case 9 -> {
                kind = "impossible sweep";
                block.put("sweepRows", choice.one(-1L, Long.MIN_VALUE, 0L));
            }
            case 10 -> {
                kind = "absurd time";
                times.set(random.nextInt(times.size()), choice.time());
            }
            case 11 -> {
                kind = "ids that are no UTF-8";
                byte[] value = Choice.bytes(schemaId, block);
                int some = indexOf(value, ids.get(0).toString().getBytes(StandardCharsets.UTF_8));
                value[some] = choice.one((byte) 0xff, (byte) 0xc0, (byte) 0xed);
                return new Made(kind, key, value);
            }
            default -> {
                return new Made("counts that lie", key, counts(schemaId, block));
            }
        }
        block.put("ids", ids);
        block.put("eventTimesMs", times);
        block.put("probabilities", row);
        return new Made(kind, key, Choice.bytes(schemaId, block));
    }

    /** Arrays whose counts are not those of their items, or are told as few clients tell them. */
    private byte[] counts(int schemaId, GenericRecord block) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        List<?> ids = Judge.list(block, "ids");
        int lie = random.nextInt(6);
        try {
            Choice.header(out, schemaId);
            encoder.writeString(block.get("model").toString());
            encoder.writeLong(Judge.number(block, "checkpoint"));
            encoder.writeEnum(block.get("phase").toString().equals("HOLDOUT") ? 0 : 1);
            encoder.writeInt((Integer) block.get("classes"));
            if (lie == 0) { // the truth, one at a time
                for (Object id : ids) {
                    encoder.writeLong(1);
                    encoder.writeString(id.toString());
                }
            } else {
                long n = ids.size();
                long told =
                        lie == 1 ? -n : choice.one(n + 1, n - 1, 1L << 40, 15_000_000L, -n, -3L);
                encoder.writeLong(told);
                if (told < 0) { // then the bytes follow, which nobody needs
                    encoder.writeLong(lie == 1 ? 7 : choice.one(Long.MAX_VALUE, -1L, 3L));
                }
                for (Object id : ids) {
                    encoder.writeString(id.toString());
                }
            }
            encoder.writeLong(0);
            encoder.writeLong(ids.size());
            for (Object time : Judge.list(block, "eventTimesMs")) {
                encoder.writeLong((Long) time);
            }
            encoder.writeLong(0);
            List<?> row = Judge.list(block, "probabilities");
            encoder.writeLong(row.size());
            for (Object p : row) {
                encoder.writeFloat((Float) p);
            }
            encoder.writeLong(0);
            encoder.writeLong(Judge.number(block, "sweepRows"));
            encoder.writeBoolean((Boolean) block.get("labels"));
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new IllegalStateException("not there");
    }
}
