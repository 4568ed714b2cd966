package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jars in the folder of the setting {@code plugins} work in a run: the example's and another. */
@Timeout(300)
class PluginIT {
    private static final Path EXAMPLE = Path.of("../examples/plugin/src/main");

    private static final String STOPPING =
            """
            import dev.belay.plugins.Parameters;
            import dev.belay.trainers.methods.StoppingRule;
            public final class AfterTwo implements StoppingRule {
                public String name() { return "after-two"; }
                public Decision decide(Observation o, double[] state, Parameters p) {
                    double n = state.length == 0 ? 1 : state[0] + 1;
                    return new Decision(n == 2, new double[] {n});
                }
            }
            """;

    private static final String MODELS =
            """
              focal:   {encoder: trigrams, supervisor: bow, micro-epoch: 64, loss: {kind: focal, gamma: 1}, ceiling: none}
              early:   {encoder: hashing-bigrams, supervisor: bow, micro-epoch: 64, stopping: after-two}
            """;

    @TempDir Path folder;

    @Test
    void lossEncoderAndStoppingRuleOfPlugInsTrainModels() throws Exception {
        // Given: one jar of the example's loss and encoder, one of a stopping rule
        Path jars = Files.createDirectories(folder.resolve("jars"));
        try (Stream<Path> files = Files.walk(EXAMPLE.resolve("java"))) {
            List<Path> sources = files.filter(f -> f.toString().endsWith(".java")).toList();
            jar(jars.resolve("example.jar"), sources, EXAMPLE.resolve("resources"));
        }
        Path source = Files.writeString(folder.resolve("AfterTwo.java"), STOPPING);
        Path services = Files.createDirectories(folder.resolve("more/META-INF/services"));
        Files.writeString(
                services.resolve("dev.belay.trainers.methods.StoppingRule"), "AfterTwo\n");
        jar(jars.resolve("stopping.jar"), List.of(source), folder.resolve("more"));
        Path file = SmallExperiment.write(folder);
        String text = SmallExperiment.text("").replace("[0, 1]", "[0]");
        Files.writeString(file, text.replace("  ceiling:", MODELS + "  ceiling:"));
        Path out = folder.resolve("out");
        // When
        try (BelayProcess run =
                BelayProcess.start(
                        folder,
                        Map.of("BELAY_PLUGINS", jars.toString()),
                        "run",
                        file.toString(),
                        "--out",
                        out.toString(),
                        "--data",
                        folder.resolve("data").toString())) {
            assertEquals(0, run.exitCode(), run::output);
        }
        // Then
        JsonNode summary = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        var seen = new TreeMap<String, Integer>();
        for (JsonNode pair : summary.get("pairs")) {
            seen.put(pair.get("student").textValue(), pair.get("examplesSeen").intValue());
            assertTrue(pair.get("studentAccuracy").isNumber(), pair::toString);
        }
        assertEquals(128, seen.get("early"));
        assertEquals(seen.get("naive"), seen.get("focal"));
    }

    /** Compiles sources against this class path and packs them with the files of a folder. */
    private void jar(Path jar, List<Path> sources, Path resources) throws IOException {
        Path classes = Files.createDirectories(folder.resolve(jar.getFileName() + ".classes"));
        var compiler = ToolProvider.getSystemJavaCompiler();
        var errors = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of(
                            "-proc:none",
                            "-d",
                            classes.toString(),
                            "-cp",
                            System.getProperty("java.class.path"));
            var units = files.getJavaFileObjectsFromPaths(sources);
            assertTrue(
                    compiler.getTask(errors, files, null, options, null, units).call(),
                    errors::toString);
        }
        try (OutputStream bytes = Files.newOutputStream(jar);
                var archive = new JarOutputStream(bytes)) {
            for (Path root : List.of(classes, resources)) add(archive, root);
        }
    }

    private static void add(JarOutputStream archive, Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                archive.putNextEntry(
                        new JarEntry(root.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, archive);
                archive.closeEntry();
            }
        }
    }
}
