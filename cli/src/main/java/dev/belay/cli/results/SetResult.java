package dev.belay.cli.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an experiment of the list.
 *
 * @param state one word or sentence: finished, not here, not run yet, …
 * @param record how it was run; null: never, or with other files
 * @param studentExamples of the student split; 0 unless finished
 * @param holdout examples of the holdout; 0 unless finished
 * @param ladders students that share supervisor, ceiling and number of examples, ascending in size,
 *     passes and examples
 */
record SetResult(
        ListedExperiment experiment,
        String state,
        @Nullable RunRecord record,
        long studentExamples,
        long holdout,
        List<Ladder> ladders) {
    private static final String CONFIDENCE = "confidence α ";

    /**
     * What one kind of model made of the labels of one supervisor by different methods.
     *
     * @param encoder of students and ceiling, with its parameters
     * @param passes of the direct students over each example
     * @param examples of the direct students; 0: endless
     * @param supervisors draws of the supervisor, or of the labelers that it combines
     * @param supervisorAccuracy median over seeds, as the others
     * @param gap mean over seeds of ceiling − supervisor accuracy; null where undefined
     * @param students direct students of the supervisor
     * @param bootstrapped students whose supervisor is a student itself
     * @param ownTruth accuracy of the same model on the supervisor's own truth; null: not in the
     *     summary
     * @param length that of a judge of lengths
     * @param majority that of the most frequent class
     */
    record Ladder(
            String supervisor,
            String encoder,
            int passes,
            long examples,
            Ensemble supervisors,
            @Nullable Double supervisorAccuracy,
            @Nullable Double ceilingAccuracy,
            @Nullable Double gap,
            List<Student> students,
            List<Student> bootstrapped,
            @Nullable Double ownTruth,
            @Nullable Double length,
            @Nullable Double majority) {

        /** The encoder without parameters, and whether it is pretrained or fine-tuned. */
        String family() {
            return encoder.replaceFirst(" \\(.*\\)", "");
        }

        /** Supervisor and kind of student. */
        String label() {
            return supervisor + " → " + encoder + (passes > 1 ? ", " + passes + " passes" : "");
        }

        @Nullable Student naive() {
            return method(Student.NAIVE);
        }

        /** The direct student that learns by this method. */
        @Nullable Student method(String method) {
            return students.stream()
                    .filter(s -> s.method().equals(method))
                    .findFirst()
                    .orElse(null);
        }

        /** The confidence loss with the α that is more accurate, .5 or .75. */
        @Nullable Student confidence() {
            return best(
                    Stream.of(method(CONFIDENCE + ".5"), method(CONFIDENCE + ".75"))
                            .filter(Objects::nonNull));
        }

        /** The most accurate of the students by other methods. */
        @Nullable Student bestOther() {
            return best(
                    students.stream()
                            .filter(s -> !s.method().equals(Student.NAIVE))
                            .filter(s -> !s.method().equals(CONFIDENCE + ".5"))
                            .filter(s -> !s.method().equals(CONFIDENCE + ".75")));
        }

        @Nullable Student bestBootstrapped() {
            return best(bootstrapped.stream());
        }

        private static @Nullable Student best(Stream<Student> students) {
            return students.filter(s -> s.accuracy() != null)
                    .max(Comparator.comparingDouble(s -> Objects.requireNonNull(s.accuracy())))
                    .orElse(null);
        }
    }

    /**
     * The labelers that a supervisor combines.
     *
     * @param kind how; empty: it is a model, or reads none
     * @param size how many
     * @param parts different shares of the truth that they have learned from
     */
    record Ensemble(String kind, int size, int parts) {}

    SetResult {
        ladders = List.copyOf(ladders);
    }

    /**
     * @param out folder of all results
     * @throws IOException when its summary or record can't be read
     */
    static SetResult of(ListedExperiment experiment, Path out) throws IOException {
        if (!experiment.missing().isEmpty()) {
            return without(experiment, "not here", null);
        }
        Path folder = experiment.folder(out);
        RunRecord record = RunRecord.read(folder);
        if (record == null || !record.hash().equals(experiment.hash())) {
            return without(experiment, "not run yet", null);
        }
        if (record.state() != RunRecord.State.FINISHED) {
            return without(
                    experiment,
                    record.state() == RunRecord.State.FAILED
                            ? "failed: " + record.problem()
                            : "not complete",
                    record);
        }
        JsonNode summary =
                new ObjectMapper().readTree(Files.readString(folder.resolve("summary.json")));
        return new SetResult(
                experiment,
                "finished",
                record,
                summary.at("/examples/student").asLong(),
                summary.at("/examples/holdout").asLong(),
                ladders(summary));
    }

    private static SetResult without(
            ListedExperiment experiment, String state, @Nullable RunRecord record) {
        return new SetResult(experiment, state, record, 0, 0, List.of());
    }

    private static List<Ladder> ladders(JsonNode summary) {
        Map<String, JsonNode> models = byKey(summary.path("models"), "model");
        Map<String, JsonNode> pairs = byKey(summary.path("pairs"), "student");
        Map<List<String>, List<JsonNode>> direct = new LinkedHashMap<>();
        Map<List<String>, List<JsonNode>> chained = new LinkedHashMap<>();
        List<JsonNode> baselines = new ArrayList<>();
        summary.path("compared").forEach(baselines::add);
        for (JsonNode median : summary.path("median")) {
            String supervisor = median.path("supervisor").asText();
            JsonNode model = model(models, median.path("student").asText());
            if (model.path("supervisor").asText().equals("truth")) {
                baselines.add(median);
                continue;
            }
            String first = first(supervisor, models);
            List<String> ladder =
                    List.of(
                            first,
                            median.path("ceiling").asText(),
                            model.path("examples").asText());
            (first.equals(supervisor) ? direct : chained)
                    .computeIfAbsent(ladder, l -> new ArrayList<>())
                    .add(median);
        }
        List<Ladder> ladders = new ArrayList<>();
        direct.forEach(
                (key, medians) -> {
                    JsonNode any = medians.get(0);
                    JsonNode model = model(models, any.path("student").asText());
                    String encoder = Student.encoder(model);
                    ladders.add(
                            new Ladder(
                                    key.get(0),
                                    encoder,
                                    model.path("passes").asInt(1),
                                    model.path("examples").asLong(),
                                    ensemble(model, models),
                                    Student.number(any, "supervisorAccuracy"),
                                    Student.number(any, "ceilingAccuracy"),
                                    gap(any),
                                    students(medians, models, pairs),
                                    students(chained.getOrDefault(key, List.of()), models, pairs)
                                            .stream()
                                            .map(s -> s.withPgr(alongChain(summary, s.model())))
                                            .toList(),
                                    baseline(baselines, models, key.get(0), encoder),
                                    length(any, baselines, models),
                                    Student.number(summary.path("majority"), "accuracy")));
                });
        ladders.sort(
                Comparator.comparingLong(
                                (Ladder ladder) -> {
                                    Long size = ladder.students().get(0).parameters();
                                    return size == null ? 0 : size;
                                })
                        .thenComparingInt(Ladder::passes)
                        .thenComparingLong(Ladder::examples));
        return ladders;
    }

    /** Mean over seeds; of one seed its own. */
    private static @Nullable Double gap(JsonNode median) {
        Double mean = Student.number(median, "gapOverSeeds");
        Double ceiling = Student.number(median, "ceilingAccuracy");
        Double supervisor = Student.number(median, "supervisorAccuracy");
        return mean != null || ceiling == null || supervisor == null
                ? mean
                : (Double) (ceiling - supervisor);
    }

    private static Ensemble ensemble(JsonNode student, Map<String, JsonNode> models) {
        Set<String> parts = new HashSet<>();
        JsonNode sources = student.path("supervisorSources");
        for (JsonNode source : sources) {
            JsonNode model = models.get(source.asText());
            parts.add(model == null ? source.asText() : model.path("share").asText());
        }
        return new Ensemble(
                student.path("supervisorKind").asText(""), sources.size(), parts.size());
    }

    private static List<Student> students(
            List<JsonNode> medians, Map<String, JsonNode> models, Map<String, JsonNode> pairs) {
        return medians.stream()
                .map(
                        median -> {
                            String name = median.path("student").asText();
                            return Student.of(median, model(models, name), model(pairs, name));
                        })
                .toList();
    }

    /** PGR of a bootstrapped student from the first supervisor of its chain: a median. */
    private static Student.Pgr alongChain(JsonNode summary, String student) {
        for (JsonNode chain : summary.path("chains")) {
            for (JsonNode link : chain.path("links")) {
                if (link.path("student").asText().equals(student)) {
                    return new Student.Pgr(
                            Student.number(link, "pgr"),
                            null,
                            null,
                            link.path("pgrUndefined").asText(""));
                }
            }
        }
        return new Student.Pgr(null, null, null, "no-chain");
    }

    /** Accuracy of the length-only baseline on the supervisor's truth. */
    private static @Nullable Double length(
            JsonNode student, List<JsonNode> baselines, Map<String, JsonNode> models) {
        String supervisor = student.path("supervisor").asText();
        JsonNode model = models.get(supervisor);
        return model != null && Student.encoder(model).equals("length")
                ? Student.number(student, "supervisorAccuracy")
                : baseline(baselines, models, supervisor, "length");
    }

    /** Accuracy of a model that is compared with the supervisor and learned from the same truth. */
    private static @Nullable Double baseline(
            List<JsonNode> baselines,
            Map<String, JsonNode> models,
            String supervisor,
            String encoder) {
        return baselines.stream()
                .filter(median -> median.path("supervisor").asText().equals(supervisor))
                .filter(
                        median ->
                                sameTruth(
                                        model(models, median.path("student").asText()),
                                        models.get(supervisor)))
                .filter(
                        median ->
                                Student.encoder(model(models, median.path("student").asText()))
                                        .equals(encoder))
                .map(median -> Student.number(median, "studentAccuracy"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Whether two models on truth learned from as many examples of the same part. */
    private static boolean sameTruth(JsonNode model, @Nullable JsonNode supervisor) {
        return supervisor != null
                && Stream.of("split", "share", "where", "examples")
                        .allMatch(
                                key ->
                                        model.path(key)
                                                .asText()
                                                .equals(supervisor.path(key).asText()));
    }

    /** The supervisor at the beginning of a chain: it learns from truth, or is no model. */
    private static String first(String supervisor, Map<String, JsonNode> models) {
        String at = supervisor;
        while (true) {
            JsonNode model = models.get(at);
            String next = model == null ? "truth" : model.path("supervisor").asText("truth");
            if (next.equals("truth")) {
                return at;
            }
            at = next;
        }
    }

    private static JsonNode model(Map<String, JsonNode> models, String name) {
        JsonNode model = models.get(name);
        if (model == null) {
            throw new IllegalStateException(
                    "summary.json has no entry for '"
                            + name
                            + "'; expected one written by this version: run it again with --fresh");
        }
        return model;
    }

    private static Map<String, JsonNode> byKey(JsonNode list, String key) {
        Map<String, JsonNode> byKey = new HashMap<>();
        list.forEach(entry -> byKey.putIfAbsent(entry.path(key).asText(), entry));
        return byKey;
    }
}
