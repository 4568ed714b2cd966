package dev.belay.it.trainers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.it.experiment.PlainReader;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;

/**
 * What a plain {@code read_committed} reader finds that trainers have written.
 *
 * @param checkpoints by model, in the order of the topic
 * @param predictions PROGRESSIVE ones, by model, in the order found
 * @param splits of all examples, by id
 */
record History(
        Map<String, List<Point>> checkpoints,
        Map<String, List<Prediction>> predictions,
        Map<String, String> splits) {
    private static final int SHOWN = 15;

    /**
     * A checkpoint event.
     *
     * @param cursor next offset of each partition
     * @param uris of its files
     */
    record Point(
            long number,
            String state,
            long seen,
            String weightsSha256,
            List<Long> cursor,
            List<String> uris) {}

    /**
     * @param checkpoint whose weights predicted
     */
    record Prediction(long checkpoint, String id, List<?> probabilities) {}

    static History read(World world) {
        History history = new History(new TreeMap<>(), new TreeMap<>(), new HashMap<>());
        String prefix = Pattern.quote(world.name() + ".");
        Pattern topics =
                Pattern.compile(
                        prefix + "(checkpoints|" + Grid.TASK + "\\.(predictions|examples))");
        try (PlainReader reader = world.reader()) {
            reader.forAll(topics, read -> history.take(read.topic(), read.key(), value(read)));
        }
        return history;
    }

    private static GenericRecord value(PlainReader.Read read) {
        GenericRecord value = read.value();
        if (value == null) {
            throw new AssertionError("a tombstone of " + read.key() + " in " + read.topic());
        }
        return value;
    }

    private void take(String topic, String key, GenericRecord value) {
        if (topic.endsWith(".checkpoints")) {
            assertEquals(key, value.get("model").toString());
            checkpoints.computeIfAbsent(key, k -> new ArrayList<>()).add(point(value));
        } else if (topic.endsWith(".examples")) {
            splits.put(key, value.get("split").toString());
        } else {
            assertEquals("PROGRESSIVE", value.get("phase").toString());
            List<Prediction> of =
                    predictions.computeIfAbsent(
                            value.get("model").toString(), k -> new ArrayList<>());
            List<?> ids = (List<?>) value.get("ids");
            List<?> probabilities = (List<?>) value.get("probabilities");
            int classes = (Integer) value.get("classes");
            for (int i = 0; i < ids.size(); i++) {
                of.add(
                        new Prediction(
                                (Long) value.get("checkpoint"),
                                ids.get(i).toString(),
                                List.copyOf(
                                        probabilities.subList(i * classes, (i + 1) * classes))));
            }
        }
    }

    private static Point point(GenericRecord value) {
        List<Long> cursor = new ArrayList<>();
        for (Object at : (List<?>) value.get("cursor")) {
            GenericRecord partition = (GenericRecord) at;
            assertEquals(cursor.size(), partition.get("partition"));
            cursor.add((Long) partition.get("offset"));
        }
        return new Point(
                (Long) value.get("number"),
                value.get("state").toString(),
                (Long) value.get("examplesSeen"),
                value.get("weightsSha256").toString(),
                cursor,
                Stream.of("weightsUri", "stateUri", "provenanceUri")
                        .map(field -> value.get(field).toString())
                        .toList());
    }

    /** Checkpoints of all models. */
    int size() {
        return checkpoints.values().stream().mapToInt(List::size).sum();
    }

    /** Empty for a model that has none. */
    List<Point> checkpointsOf(ModelSpec spec) {
        return checkpoints.getOrDefault(spec.getId(), List.of());
    }

    /** Empty for a model that has none. */
    List<Prediction> predictionsOf(ModelSpec spec) {
        return predictions.getOrDefault(spec.getId(), List.of());
    }

    /** SHA-256 of a model's weights, checkpoint after checkpoint. */
    List<String> weights(ModelSpec spec) {
        return checkpointsOf(spec).stream().map(Point::weightsSha256).toList();
    }

    /** URIs of all files that committed checkpoints name. */
    Set<String> files() {
        Set<String> files = new TreeSet<>();
        checkpoints.values().forEach(of -> of.forEach(point -> files.addAll(point.uris())));
        return files;
    }

    /**
     * Requires one whole history of each of these models and nothing else: checkpoints 1 to n in
     * order, each once, cursors that rise, each example of the model's split predicted once and
     * counted once.
     *
     * @throws AssertionError that says what is wrong
     */
    void requireWhole(Collection<ModelSpec> specs) {
        List<String> wrong = new ArrayList<>();
        Map<String, ModelSpec> byId = new TreeMap<>();
        specs.forEach(spec -> byId.put(spec.getId(), spec));
        if (!checkpoints.keySet().equals(byId.keySet())) {
            wrong.add("checkpoints of " + checkpoints.keySet() + ", expected " + byId.keySet());
        }
        if (!predictions.keySet().equals(byId.keySet())) {
            wrong.add("predictions of " + predictions.keySet() + ", expected " + byId.keySet());
        }
        byId.values().forEach(spec -> lookForWrong(spec, wrong));
        require(wrong);
    }

    private void lookForWrong(ModelSpec spec, List<String> wrong) {
        String model = spec.getId();
        List<Point> points = checkpoints.getOrDefault(model, List.of());
        long expected = Grid.checkpoints(spec);
        if (points.size() != expected) {
            wrong.add(
                    "%s has %d checkpoints, expected %d: %s"
                            .formatted(
                                    model,
                                    points.size(),
                                    expected,
                                    points.stream().map(Point::number).toList()));
        }
        Map<Long, Set<String>> byCheckpoint = once(spec, wrong);
        Point before = null;
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            long seen = before == null ? 0 : before.seen();
            long here = byCheckpoint.getOrDefault((long) i, Set.of()).size();
            if (point.number() != i + 1) {
                wrong.add(
                        model + ": checkpoint " + point.number() + " where " + (i + 1) + " is due");
            }
            if (point.seen() - seen != here) {
                wrong.add(
                        "%s@%d counts %d examples, but %d were predicted by the weights before"
                                .formatted(model, i + 1, point.seen() - seen, here));
            }
            if (point.state().equals("FINISHED") != (i + 1 == expected)) {
                wrong.add(model + "@" + (i + 1) + " is " + point.state());
            }
            if (before != null && !rises(before.cursor(), point.cursor())) {
                wrong.add(
                        "%s@%d has the cursor %s after %s"
                                .formatted(model, i + 1, point.cursor(), before.cursor()));
            }
            before = point;
        }
    }

    /** Examples that the trainer predicted, by the checkpoint that did; each must be there once. */
    private Map<Long, Set<String>> once(ModelSpec spec, List<String> wrong) {
        String model = spec.getId();
        Map<Long, Set<String>> byCheckpoint = new HashMap<>();
        Set<String> ids = new HashSet<>();
        for (Prediction p : predictions.getOrDefault(model, List.of())) {
            // a supervisor also predicts when it labels, examples of the other split
            if (spec.getSplit().name().equals(splits.get(p.id()))) {
                if (!ids.add(p.id())) {
                    wrong.add(model + " predicted " + p.id() + " twice");
                }
                byCheckpoint.computeIfAbsent(p.checkpoint(), k -> new HashSet<>()).add(p.id());
            }
        }
        Set<String> missing = new TreeSet<>();
        splits.forEach(
                (id, split) -> {
                    if (split.equals(spec.getSplit().name()) && !ids.contains(id)) {
                        missing.add(id);
                    }
                });
        if (!missing.isEmpty()) {
            wrong.add(
                    "%s left out %d examples, such as %s"
                            .formatted(model, missing.size(), missing.iterator().next()));
        }
        return byCheckpoint;
    }

    private static boolean rises(List<Long> before, List<Long> after) {
        boolean any = false;
        for (int p = 0; p < before.size(); p++) {
            if (after.get(p) < before.get(p)) {
                return false;
            }
            any |= after.get(p) > before.get(p);
        }
        return any;
    }

    /**
     * Requires what another run of these models wrote: the weights of every checkpoint bit for bit,
     * and every prediction. Offsets may differ, and with them the training state that holds them:
     * they count the labeler's transactions.
     *
     * @throws AssertionError that says what differs
     */
    void requireSame(History expected, Collection<ModelSpec> specs) {
        List<String> wrong = new ArrayList<>();
        for (ModelSpec spec : specs) {
            String model = spec.getId();
            List<Point> here = checkpoints.getOrDefault(model, List.of());
            List<Point> there = expected.checkpoints.getOrDefault(model, List.of());
            for (int i = 0; i < Math.max(here.size(), there.size()); i++) {
                String found = i < here.size() ? text(here.get(i)) : "none";
                String due = i < there.size() ? text(there.get(i)) : "none";
                if (!found.equals(due)) {
                    wrong.add(model + "@" + (i + 1) + ": " + found + ", undisturbed " + due);
                }
            }
            Set<Prediction> ours = new HashSet<>(predictions.getOrDefault(model, List.of()));
            Set<Prediction> theirs =
                    new HashSet<>(expected.predictions.getOrDefault(model, List.of()));
            for (Prediction prediction : ours) {
                if (!theirs.contains(prediction)) {
                    wrong.add(model + " has " + prediction + ", undisturbed not");
                }
            }
            if (ours.size() != theirs.size()) {
                wrong.add(
                        "%s has %d predictions, undisturbed %d"
                                .formatted(model, ours.size(), theirs.size()));
            }
        }
        require(wrong);
    }

    private static String text(Point point) {
        return "checkpoint %d %s of %d examples, weights %s"
                .formatted(point.number(), point.state(), point.seen(), point.weightsSha256());
    }

    private static void require(List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    wrong.size()
                            + " things are wrong:\n  "
                            + String.join("\n  ", wrong.subList(0, Math.min(SHOWN, wrong.size()))));
        }
    }
}
