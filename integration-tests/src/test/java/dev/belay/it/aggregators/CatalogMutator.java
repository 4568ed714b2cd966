package dev.belay.it.aggregators;

import dev.belay.it.aggregators.EventMutator.Made;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Specs and checkpoints that can be read and say what none should. */
final class CatalogMutator {
    private final Random random;
    private final Choice choice;

    CatalogMutator(Random random) {
        this.random = random;
        this.choice = new Choice(random);
    }

    Made model(byte[] key, GenericRecord spec, int schemaId) {
        String kind;
        byte[] asKey = key;
        switch (random.nextInt(7)) {
            case 0 -> {
                kind = "classes";
                spec.put(
                        "classes",
                        choice.one(
                                List.of(),
                                List.of("a"),
                                List.of("a", "b", "a"),
                                List.of("a", "b"),
                                List.of("a", "b", "c", "d", "e")));
            }
            case 1 -> {
                kind = "partitions";
                spec.put("partitions", choice.one(0, -4, 7, 1, Integer.MAX_VALUE));
            }
            case 2 -> {
                kind = "task";
                spec.put("task", choice.one("", "T", "a.b", "../t", "v", "t".repeat(300)));
            }
            case 3 -> {
                kind = "supervisor or ceiling";
                spec.put(
                        choice.one("supervisor", "ceiling"),
                        choice.one(
                                spec.get("id"), "", "nobody", "x/nobody#0@0", "Truth", "x/y#-1@0"));
            }
            case 4 -> {
                kind = "absurd numbers";
                String real = choice.one("drawBelow", "replay", "learningRate", "weightDecay");
                GenericRecord holder =
                        spec.hasField(real) ? spec : (GenericRecord) spec.get("optimizer");
                holder.put(real, choice.one(Double.NaN, -1.0, Double.POSITIVE_INFINITY, -0.0));
            }
            case 5 -> {
                kind = "negative settings";
                if (random.nextBoolean()) {
                    spec.put(choice.one("budget", "readyAt", "maxWaitMs"), choice.count());
                } else {
                    spec.put(choice.one("evaluateEvery", "microEpoch", "passes", "batchSize"), -1);
                }
            }
            default -> {
                kind = "huge or wrong id";
                String model = choice.one("n".repeat(70_000), "n".repeat(65), "Bow", "bow");
                String id = "x/" + model + "#0@0";
                spec.put("id", id);
                spec.put("model", model);
                if (random.nextBoolean()) {
                    asKey = id.getBytes(StandardCharsets.UTF_8);
                }
            }
        }
        return new Made(kind, asKey, Choice.bytes(schemaId, spec));
    }

    Made checkpoint(byte[] key, GenericRecord checkpoint, int schemaId) {
        String kind;
        switch (random.nextInt(5)) {
            case 0 -> {
                kind = "impossible checkpoint";
                checkpoint.put(choice.one("number", "examplesSeen", "eventTimeMs"), choice.count());
            }
            case 1 -> {
                kind = "supervisor's checkpoints";
                checkpoint.put(
                        "supervisorCheckpoints",
                        choice.one(
                                List.of(2L, 1L), List.of(3L, 3L), List.of(-1L), List.of(1L, 5L)));
            }
            case 2 -> {
                kind = "cursor";
                GenericRecord at =
                        new GenericData.Record(
                                checkpoint
                                        .getSchema()
                                        .getField("cursor")
                                        .schema()
                                        .getElementType());
                at.put("partition", choice.one(-1, 0));
                at.put("offset", choice.one(-1L, 5L));
                checkpoint.put("cursor", List.of(at));
            }
            case 3 -> {
                kind = "unknown or absurd model";
                checkpoint.put("model", choice.one("", "x/nobody#0@0", "x/Top#0@0", "top"));
            }
            default -> {
                kind = "state";
                checkpoint.put(
                        "state",
                        new GenericData.EnumSymbol(
                                checkpoint.getSchema().getField("state").schema(),
                                choice.one("FAILED", "FINISHED", "READY")));
            }
        }
        return new Made(kind, key, Choice.bytes(schemaId, checkpoint));
    }
}
