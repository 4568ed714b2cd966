package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.plugins.Configured;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.Source;
import dev.belay.schemas.events.ModelSpec;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndlessExperimentTest {
    private static final String FILE =
            """
            name: demo
            task: {classes: [no, yes]}
            data:
              topic: reviews
              fields: {text: body}
              holdout: {share: 0.2, size: 300}
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 200}
              conf: {encoder: hashing-bigrams, supervisor: bow, max-wait: 500ms, loss: {kind: confidence, warm-up-examples: 70}}
              ceiling: {encoder: hashing-bigrams, supervisor: truth, optimizer: {warm-up-examples: 30}}
            seeds: [0, 3]
            """;

    @Test
    void theSourceIsTheTopicWithAHoldoutOfASize() {
        DataConfig data = read(FILE).data();
        assertTrue(data.isEndless());
        assertEquals(
                Configured.of(Source.class, "topic", Map.of("topic", "reviews")), data.source());
        assertEquals(new DataConfig.Holdout.Share(.2, 300), data.holdout());
        assertEquals(new DataConfig.Fields("id", "body", "label", null), data.fields());
        assertEquals(
                new DataConfig.Holdout.Share(.2, 2_000),
                read(FILE.replace(", size: 300", "")).data().holdout());
        assertEquals(
                new DataConfig.Holdout.Share(.2, 300, null, Duration.ofDays(7)),
                read(FILE.replace("size: 300", "size: 300, rolling: 7d")).data().holdout());
        assertNull(read(FILE).openData());
    }

    @Test
    void aModelWithoutExamplesHasNoBudgetAndWaitsAtMostTenSeconds() {
        List<ModelSpec> specs = read(FILE).resolve(null, 4, 0, Path.of("encoders"));
        assertEquals(6, specs.size());
        for (ModelSpec spec : specs) {
            boolean bow = spec.getModel().equals("bow");
            assertEquals(bow ? 200 : 0, spec.getBudget());
            assertEquals(1.0, spec.getDrawBelow());
            assertEquals(spec.getModel().equals("conf") ? 500 : 10_000, spec.getMaxWaitMs());
        }
        assertEquals(70, specs.get(1).getLoss().getWarmUpExamples());
        assertEquals(30, specs.get(2).getOptimizer().getWarmUpExamples());
        assertNotEquals(specs.get(0).getSpecHash(), specs.get(3).getSpecHash());
    }

    @Test
    void aSupervisorWithoutEndNeedsTheExamplesAfterWhichItLabels() {
        says(
                FILE.replace(", examples: 200", ""),
                "line 8",
                "model 'bow', the supervisor of 'conf', without 'examples' and 'ready-at'",
                "'ready-at: N'");
        ModelSpec bow =
                read(FILE.replace("examples: 200", "ready-at: 90"))
                        .resolve(null, 4, 0, Path.of("encoders"))
                        .get(0);
        assertEquals(0, bow.getBudget());
        assertEquals(90, bow.getReadyAt());
    }

    @Test
    void whatNeedsAnEndIsRefusedWithFileAndLine() {
        says(FILE.replace("  fields", "  order: file\n  fields"), "line 5", "key 'order' in data");
        says(FILE.replace("  fields", "  path: a.csv\n  fields"), "line 5", "key 'path' in data");
        says(FILE.replace("{share: 0.2, size: 300}", "{split: test}"), "line 6", "{share: 0.2");
        says(
                FILE.replace("{text: body}", "{split: part}"),
                "line 5",
                "'part' in data.fields.split");
        says(
                FILE.replace("{text: body}", "{id: key, text: (.body}"),
                "line 5",
                "'(.body' is no jq expression: Encountered \"<EOF>\" at line 1");
        says(FILE.replace("size: 300", "size: 0"), "line 6", "'0' in data.holdout.size");
        says(
                FILE.replace("size: 300", "rolling: true"),
                "line 6",
                "'true' in data.holdout.rolling",
                "a duration above 0");
        says(
                FILE.replace("size: 300", "rolling: 7d")
                        .replace("max-wait: 500ms", "label-policy: latest"),
                "line 9",
                "label-policy latest of 'conf' and data.holdout.rolling");
        says(
                FILE.replace("size: 300", "rolling: 7d")
                        .replace("models:", "labelers:\n  theirs: {kind: external}\nmodels:"),
                "line 8",
                "external labeler 'theirs' and data.holdout.rolling");
        says(
                FILE.replace("size: 300", "rolling: 7d")
                        .replace(
                                "models:",
                                """
                                labelers:
                                  ds: {kind: dawid-skene, sources: [bow, conf, ceiling]}
                                models:"""),
                "line 8",
                "labeler 'ds' of kind 'dawid-skene' and data.holdout.rolling");
        says(
                FILE.replace("size: 300", "rolling: 7d")
                        .replace(
                                "models:",
                                "labelers:\n  three: {kind: crowd, from: topic}\nmodels:"),
                "line 8",
                "labeler 'three' of single votes and data.holdout.rolling");
        says(FILE.replace("examples: 200", "examples: 5%"), "line 8", "'5%'", "a whole number");
        says(FILE.replace("500ms", "soon"), "line 9", "'soon' in models.conf.max-wait", "10s");
        says(FILE.replace("warm-up-examples: 70", "warm-up: 0.1"), "line 9", "loss.warm-up");
        says(FILE.replace("warm-up-examples: 30", "warm-up: 0.1"), "line 10", "no budget");
        says(FILE.replace("warm-up-examples: 30", "schedule: cosine"), "line 10", "constant, or");
        says(
                FILE.replace("optimizer", "examples: 100, optimizer")
                        .replace("warm-up-examples: 30", "warm-up: 0.1")
                        .replace("500ms", "500ms, ceiling: ceiling"),
                "line 9",
                "its ceiling 'ceiling', which ends after 100 examples");
    }

    @Test
    void whatIsForStreamsWithoutEndIsRefusedForAFile() {
        String file =
                FILE.replace("topic: reviews", "path: a.jsonl")
                        .replace(", warm-up-examples: 70", "")
                        .replace("warm-up-examples: 30", "warm-up: 0.1")
                        .replace("max-wait: 500ms, ", "")
                        .replace(", size: 300", "");
        assertEquals(3, read(file).models().size());
        says(file.replace("share: 0.2", "share: 0.2, size: 9"), "line 6", "(data.topic)");
        says(file.replace("split: supervisor", "split: supervisor, max-wait: 1s"), "line 8");
        says(file.replace("warm-up: 0.1", "warm-up-examples: 9"), "line 10", "'warm-up', a share");
    }

    private static void says(String text, String... parts) {
        String message = assertThrows(ExperimentException.class, () -> read(text)).getMessage();
        assertTrue(message.startsWith("demo.yaml"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "expected '" + part + "' in: " + message);
        }
    }

    private static Experiment read(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), Path.of("dir"));
    }
}
