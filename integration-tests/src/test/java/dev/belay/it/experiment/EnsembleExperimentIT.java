package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import dev.belay.it.LongTest;
import dev.belay.labelers.dawidskene.DawidSkene;
import dev.belay.labelers.dawidskene.DawidSkeneSettings;
import dev.belay.labelers.dawidskene.ExampleVotes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Labelers with sources (models, rules, truth and each other) as supervisors. Their labels and
 * predictions are recomputed, by definition, from the records of their sources.
 */
@LongTest
@Timeout(600)
class EnsembleExperimentIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TOPICS =
            Pattern.compile("belay\\.small\\.(examples|truth|predictions|progress|labels\\..*)");

    private static final String LABELERS =
            """
            labelers:
              top:     {kind: average, sources: [vote, truth]}
              mean:    {kind: average, sources: [bow-a, lexicon, bow-b]}
              vote:    {kind: majority, sources: [bow-a, lexicon, bow-b]}
              ds:      {kind: dawid-skene, sources: [bow-a, lexicon, bow-b], warm-up: 100}
              lexicon: {kind: rules, keywords: {even: [word0, word10, word20], odd: [word1, word11]}}
            models:
              bow-a:   {encoder: hashing, supervisor: truth, split: supervisor, examples: 60, micro-epoch: 64}
              bow-b:   {encoder: hashing-bigrams, supervisor: truth, split: supervisor, examples: 80, micro-epoch: 64}
              of-mean: {encoder: hashing-bigrams, supervisor: mean, micro-epoch: 64}
              of-vote: {encoder: hashing-bigrams, supervisor: vote, micro-epoch: 64}
              of-top:  {encoder: hashing-bigrams, supervisor: top, micro-epoch: 64}
              of-ds:   {encoder: hashing-bigrams, supervisor: ds, micro-epoch: 64}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
            seeds: [0, 1]
            """;

    @TempDir Path folder;

    /** Newest progress by labeler and partition. */
    private final Map<String, Map<Integer, GenericRecord>> progress = new HashMap<>();

    private final List<String> students = new ArrayList<>();

    /** Ids of the examples of each partition in their order; null: not of the students' split. */
    private final Map<Integer, List<@Nullable String>> examples = new TreeMap<>();

    private final Map<String, Integer> truth = new HashMap<>();

    /** Labels by labeler, then by example. */
    private final Map<String, Map<String, List<Float>>> labels = new TreeMap<>();

    /** What the command shows of the sources of mean#0. */
    private JsonNode shown = JSON.createArrayNode();

    /** HOLDOUT predictions, likewise. */
    private final Map<String, Map<String, List<Float>>> holdout = new TreeMap<>();

    @Test
    void ensemblesLabelEachExampleOnceFromTheirSourcesAlthoughTheRunIsKilled() throws Exception {
        // Given
        Path file = SmallExperiment.write(folder);
        String text = SmallExperiment.text("");
        Files.writeString(file, text.substring(0, text.indexOf("models:")) + LABELERS);
        Path out = folder.resolve("out");
        Kills kills = new Kills(folder, file, out);
        // When: before there are supervisors, while ensembles label, while their students learn
        kills.once(1);
        kills.once(5);
        kills.once(6);
        kills.none();
        // Then
        read();
        for (int seed = 0; seed < 2; seed++) {
            List<String> three = List.of("bow-a#" + seed, "lexicon#0", "bow-b#" + seed);
            check("mean#" + seed, three, EnsembleExperimentIT::mean);
            if (seed == 0) {
                checkShown(three);
            }
            check("vote#" + seed, three, EnsembleExperimentIT::vote);
            checkDawidSkene("ds#" + seed, three);
            check("top#" + seed, List.of("vote#" + seed, "truth"), EnsembleExperimentIT::mean);
        }
        assertTrue(of(labels, "lexicon#0").containsValue(List.<Float>of()), "abstains at times");
        JsonNode pairs = JSON.readTree(out.resolve("summary.json").toFile()).get("pairs");
        assertEquals(8, pairs.size());
        for (JsonNode pair : pairs) {
            var predicted =
                    of(holdout, pair.get("supervisor").textValue() + "#" + pair.get("seed"));
            long right =
                    predicted.entrySet().stream()
                            .filter(e -> first(e.getValue()) == truthOf(e.getKey()))
                            .count();
            assertEquals(SmallExperiment.HOLDOUT, pair.get("n").longValue(), pair::toString);
            assertEquals(
                    (double) right / SmallExperiment.HOLDOUT,
                    pair.get("supervisorAccuracy").doubleValue(),
                    1e-9,
                    pair::toString);
        }
    }

    /** Asserts that an ensemble has labelled each example of both splits, and how. */
    private void check(
            String ensemble,
            List<String> sources,
            Function<List<List<Float>>, List<Float>> combine) {
        assertEquals(SmallExperiment.HOLDOUT, of(holdout, ensemble).size(), ensemble);
        of(holdout, ensemble)
                .forEach(
                        (id, found) ->
                                assertEquals(
                                        combine.apply(distributions(holdout, sources, id)),
                                        found,
                                        ensemble));
        assertEquals(students.size(), of(labels, ensemble).size(), ensemble);
        for (String id : students) {
            assertEquals(
                    combine.apply(distributions(labels, sources, id)),
                    of(labels, ensemble).get(id),
                    () -> ensemble + " of " + id);
        }
        checkCounts(ensemble, sources);
    }

    /** Asserts that the committed counts of the sources' votes are those of a recount. */
    private void checkCounts(String ensemble, List<String> sources) {
        Map<String, List<Long>> found = new HashMap<>();
        for (GenericRecord partition :
                Objects.requireNonNull(progress.get(ensemble), ensemble).values()) {
            for (Object each : (List<?>) partition.get("sources")) {
                GenericRecord counts = (GenericRecord) each;
                List<Long> more =
                        Stream.of("examples", "covered", "overlaps", "conflicts")
                                .map(field -> (Long) counts.get(field))
                                .toList();
                found.merge(
                        counts.get("source").toString().replaceAll("^small/|@0$", ""),
                        more,
                        (a, b) ->
                                IntStream.range(0, 4).mapToObj(i -> a.get(i) + b.get(i)).toList());
            }
        }
        Map<String, List<Long>> expected = new HashMap<>();
        for (String source : sources) {
            long[] counts = {students.size(), 0, 0, 0};
            for (String id : students) {
                List<List<Float>> own = distributions(labels, List.of(source), id);
                List<List<Float>> all = distributions(labels, sources, id);
                if (!own.isEmpty()) {
                    int vote = first(own.get(0));
                    counts[1]++;
                    counts[2] += all.size() > 1 ? 1 : 0;
                    counts[3] += all.stream().anyMatch(row -> first(row) != vote) ? 1 : 0;
                }
            }
            expected.put(source, Arrays.stream(counts).boxed().toList());
        }
        assertEquals(expected, found, ensemble);
    }

    /**
     * Asserts that one that learns has labelled one example of each partition after the other, each
     * by the votes before it, and the holdout by all of them.
     */
    private void checkDawidSkene(String labeler, List<String> sources) {
        var settings =
                new DawidSkeneSettings(
                        2,
                        sources,
                        DawidSkeneSettings.Model.FULL,
                        DawidSkeneSettings.Abstentions.IGNORED,
                        List.of(.5, .5),
                        1,
                        4,
                        1,
                        100);
        DawidSkene estimator = new DawidSkene(settings);
        int longest = examples.values().stream().mapToInt(List::size).max().orElse(0);
        for (int row = 0; row < longest; row++) {
            for (List<@Nullable String> partition : examples.values()) {
                String id = row < partition.size() ? partition.get(row) : null;
                if (id != null) {
                    float[] expected = estimator.update(votes(labels, sources, id));
                    List<Float> found = of(labels, labeler).get(id);
                    assertEquals(List.of(expected[0], expected[1]), found, () -> labeler + id);
                }
            }
        }
        assertEquals(students.size(), estimator.examples());
        assertEquals(students.size(), of(labels, labeler).size());
        assertEquals(SmallExperiment.HOLDOUT, of(holdout, labeler).size());
        of(holdout, labeler)
                .forEach(
                        (id, found) -> {
                            float[] expected = estimator.label(votes(holdout, sources, id));
                            assertEquals(List.of(expected[0], expected[1]), found, labeler);
                        });
    }

    private static ExampleVotes votes(
            Map<String, Map<String, List<Float>>> all, List<String> sources, String id) {
        List<float[]> rows = new ArrayList<>();
        for (String source : sources) {
            List<Float> row = Objects.requireNonNull(of(all, source).get(id), source);
            rows.add(row.isEmpty() ? new float[0] : new float[] {row.get(0), row.get(1)});
        }
        return ExampleVotes.of(rows, 2);
    }

    /** The distributions of the sources that do not abstain. */
    private List<List<Float>> distributions(
            Map<String, Map<String, List<Float>>> all, List<String> sources, String id) {
        return sources.stream()
                .map(
                        source ->
                                source.equals("truth")
                                        ? truthOf(id) == 0 ? List.of(1f, 0f) : List.of(0f, 1f)
                                        : Objects.requireNonNull(of(all, source).get(id), source))
                .filter(distribution -> !distribution.isEmpty())
                .toList();
    }

    private static List<Float> row(Map<String, List<Float>> rows, String id) {
        return Objects.requireNonNull(rows.get(id), id);
    }

    private int truthOf(String id) {
        return Objects.requireNonNull(truth.get(id), id);
    }

    private static Map<String, List<Float>> of(
            Map<String, Map<String, List<Float>>> all, String labeler) {
        return Objects.requireNonNull(all.get(labeler), labeler);
    }

    private static List<Float> mean(List<List<Float>> rows) {
        double even = rows.stream().mapToDouble(row -> row.get(0)).reduce(0, Double::sum);
        double odd = rows.stream().mapToDouble(row -> row.get(1)).reduce(0, Double::sum);
        return List.of((float) (even / rows.size()), (float) (odd / rows.size()));
    }

    private static List<Float> vote(List<List<Float>> rows) {
        long odd = rows.stream().filter(row -> first(row) == 1).count();
        long even = rows.size() - odd;
        boolean isOdd =
                odd == even
                        ? rows.stream().mapToDouble(row -> row.get(1)).reduce(0, Double::sum)
                                > rows.stream()
                                        .mapToDouble(row -> row.get(0))
                                        .reduce(0, Double::sum)
                        : odd > even;
        return isOdd ? List.of(0f, 1f) : List.of(1f, 0f);
    }

    private static int first(List<Float> row) {
        return row.get(1) > row.get(0) ? 1 : 0;
    }

    /** Asserts what the command shows of the sources of an ensemble. */
    private void checkShown(List<String> sources) {
        assertEquals(sources.size(), shown.size(), shown::toString);
        for (int s = 0; s < sources.size(); s++) {
            JsonNode line = shown.get(s);
            Map<String, List<Float>> own = of(labels, sources.get(s));
            List<String> voted = students.stream().filter(id -> !row(own, id).isEmpty()).toList();
            long right = voted.stream().filter(id -> first(row(own, id)) == truthOf(id)).count();
            assertEquals("small/" + sources.get(s) + "@0", line.get("source").textValue());
            assertEquals(
                    (double) voted.size() / students.size(),
                    line.get("coverage").doubleValue(),
                    1e-9);
            assertEquals((double) right / voted.size(), line.get("right").doubleValue(), 1e-9);
            assertEquals(voted.size(), line.get("with truth").longValue());
        }
    }

    private void read() throws Exception {
        try (var platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("data"), 0, 0), line -> {});
                var reader = new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            reader.forAll(
                    TOPICS,
                    read -> {
                        GenericRecord value = Objects.requireNonNull(read.value());
                        take(read.topic(), value);
                        if (read.topic().endsWith(".examples")) {
                            boolean isStudents = value.get("split").toString().equals("STUDENT");
                            examples.computeIfAbsent(read.partition(), p -> new ArrayList<>())
                                    .add(isStudents ? value.get("id").toString() : null);
                        }
                    });
            StringWriter out = new StringWriter();
            int code =
                    Belay.commandLine()
                            .setOut(new PrintWriter(out))
                            .execute(
                                    "noise",
                                    "sources",
                                    "small/mean#0",
                                    "--json",
                                    "--bootstrap-servers",
                                    platform.bootstrapServers(),
                                    "--registry",
                                    platform.registryUrl());
            assertEquals(0, code);
            shown = JSON.readTree(out.toString());
        }
    }

    private void take(String topic, GenericRecord value) {
        if (topic.endsWith(".truth") && value.getSchema().getName().equals("Truth")) {
            truth.put(value.get("id").toString(), (Integer) value.get("label"));
        } else if (topic.endsWith(".examples")) {
            if (value.get("split").toString().equals("STUDENT")) {
                students.add(value.get("id").toString());
            }
        } else if (topic.endsWith(".predictions")) {
            if (value.get("phase").toString().equals("HOLDOUT")) {
                takeBlock(value);
            }
        } else if (topic.endsWith(".progress")) {
            if (!((List<?>) value.get("sources")).isEmpty()) {
                progress.computeIfAbsent(
                                value.get("writer").toString().replaceAll("^small/|@0$", ""),
                                w -> new HashMap<>())
                        .put((Integer) value.get("partition"), value);
            }
        } else if (!topic.endsWith("labels.truth")) {
            String id = ((GenericRecord) value.get("example")).get("id").toString();
            List<Float> row = floats(value.get("probabilities"));
            put(labels, value.get("labeler").toString(), id, row);
        }
    }

    private void takeBlock(GenericRecord block) {
        var ids = (List<?>) block.get("ids");
        var abstained = (List<?>) block.get("abstained");
        List<Float> all = floats(block.get("probabilities"));
        for (int i = 0; i < ids.size(); i++) {
            List<Float> row = abstained.contains(i) ? List.of() : all.subList(2 * i, 2 * i + 2);
            String model = block.get("model").toString();
            if (!model.matches("small/(bow|of|ceiling).*")
                    || (model.matches("small/bow.*") && isFirstThatLabels(model, block))) {
                put(holdout, model, ids.get(i).toString(), row);
            }
        }
    }

    /** A supervisor of 60 or 80 examples has two checkpoints; the second one labels. */
    private static boolean isFirstThatLabels(String model, GenericRecord block) {
        return (Long) block.get("checkpoint") == (model.contains("bow-a") ? 1 : 2);
    }

    private static void put(
            Map<String, Map<String, List<Float>>> all, String id, String example, List<Float> row) {
        String labeler = id.replaceAll("^small/|@0$", "");
        var before = all.computeIfAbsent(labeler, l -> new HashMap<>()).put(example, row);
        assertEquals(null, before, () -> labeler + " twice of " + example);
    }

    private static List<Float> floats(Object list) {
        return ((List<?>) list).stream().map(p -> (Float) p).toList();
    }
}
