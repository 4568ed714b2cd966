package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.dataset.DataSet;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code external: true}: models that another program trains and runs. */
class ExternalModelTest {
    private static final String FILE =
            """
            name: demo
            task: {classes: [no, yes]}
            data:
              path: data.jsonl
              fields: {text: text, label: label}
              holdout: {share: 0.5}
            models:
              bow:     {encoder: hashing, supervisor: truth, split: supervisor}
              theirs:  {external: true, supervisor: bow, ceiling: best}
              best:    {external: true, supervisor: truth}
              ours:    {encoder: hashing, supervisor: bow, ceiling: best}
            seeds: [0]
            """;

    @TempDir private Path dir;

    @BeforeEach
    void data() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            lines.append(
                    "{\"id\": \"r%d\", \"text\": \"text %d\", \"label\": %d}%n"
                            .formatted(i, i, i % 2));
        }
        Files.writeString(dir.resolve("data.jsonl"), lines);
    }

    @Test
    void onlyTheirComparisonsAreKnown() throws IOException {
        Map<String, ModelSpec> specs = specs(FILE);
        ModelSpec theirs = Objects.requireNonNull(specs.get("theirs"));
        assertTrue(theirs.getExternal() && LabelerSpecs.isExternal(theirs));
        assertEquals("demo/bow#0@0", theirs.getSupervisor());
        assertEquals("demo/best#0@0", theirs.getCeiling());
        assertEquals(0, theirs.getBudget());
        assertNull(theirs.getParameters());
        assertFalse(Objects.requireNonNull(specs.get("ours")).getExternal());
        assertEquals("demo/best#0@0", Objects.requireNonNull(specs.get("ours")).getCeiling());
    }

    @Test
    void theyHaveNoBaselines() throws IOException {
        Map<String, ModelSpec> specs = specs(FILE + "baselines: true\n");
        assertTrue(specs.containsKey("ours-baseline"));
        assertFalse(specs.containsKey("theirs-baseline"));
    }

    @Test
    void theyHaveNoSettingsOfTraining() {
        refused("external: true, supervisor: bow, encoder: minilm", "unknown key 'encoder'");
        refused("external: true, supervisor: bow, examples: 10", "unknown key 'examples'");
        refused("external: true, supervisor: bow", "an external model has no default ceiling");
        refused("external: maybe, supervisor: bow, ceiling: best", "true or false");
        refused("external: true, ceiling: best", "supervisor");
    }

    private void refused(String theirs, String expected) {
        String file = FILE.replace("external: true, supervisor: bow, ceiling: best", theirs);
        String problem =
                String.valueOf(
                        assertThrows(ExperimentException.class, () -> specs(file)).getMessage());
        assertTrue(problem.contains(expected), problem);
    }

    private Map<String, ModelSpec> specs(String file) throws IOException {
        Path path = Files.writeString(dir.resolve("x.yaml"), file);
        Experiment experiment = ExperimentFile.read(path);
        Map<String, ModelSpec> specs = new LinkedHashMap<>();
        try (DataSet data = DataSet.open(experiment.data())) {
            experiment.resolve(data, 2, 0, dir).forEach(spec -> specs.put(spec.getModel(), spec));
        }
        return specs;
    }
}
