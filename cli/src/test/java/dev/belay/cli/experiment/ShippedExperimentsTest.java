package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files in {@code experiments} are valid; their data need not be here. */
class ShippedExperimentsTest {
    private static final Path FOLDER = Path.of("../experiments");

    /** Bases name no task. */
    private static final Set<Path> BASES =
            Set.of(
                    FOLDER.resolve("results/nlp.yaml"),
                    FOLDER.resolve("results/passes.yaml"),
                    FOLDER.resolve("results/sizes.yaml"));

    @Test
    void eachIsRead() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(FOLDER)) {
            files = all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
        for (Path file : files) {
            if (!BASES.contains(file)) {
                assertFalse(ExperimentFile.read(file).models().isEmpty(), file::toString);
            }
        }
    }

    @Test
    void theGridHas72StudentsAndACeilingForEachEncoderAndSeed() {
        Experiment grid = ExperimentFile.read(FOLDER.resolve("grid.yaml"));
        int seeds = grid.seeds().size();
        assertEquals(72, seeds * grid.models().stream().filter(m -> !m.onTruth()).count());
        assertEquals(
                9,
                seeds * grid.models().stream().filter(ShippedExperimentsTest::isCeiling).count());
    }

    private static boolean isCeiling(ModelEntry model) {
        return model.name().endsWith("-ceiling");
    }
}
