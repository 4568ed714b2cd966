package dev.belay.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.Belay;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.runtime.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * README and docs agree with the code: generated parts are current, links lead somewhere, and every
 * code block runs, here or in CI, or is listed with the reason why not.
 *
 * <p>Blocks in {@code text} and {@code mermaid} are output and pictures. A block in {@code yaml} is
 * read as an experiment file, or as settings where its first line says so. In {@code bash} each
 * {@code ./belay} line is parsed by the real command line, and the block is in {@link #SHELL}.
 */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Where a shell block runs, by its first line. */
    private static final Map<String, String> SHELL =
            Map.ofEntries(
                    Map.entry("./belay quickstart", ".ci/run quickstart"),
                    Map.entry("./belay noise set noisy/tenth rate=0.3", "ServicesByHandIT"),
                    Map.entry("./belay suspects noisy/student", "SuspectsTest"),
                    Map.entry("./belay noise estimate noisy/student", "NoiseEstimatesTest"),
                    Map.entry("./belay noise sources ensembles/vote", "EnsembleExperimentIT"),
                    Map.entry("./belay noise effects noisy/student", "NoiseEffectsTest"),
                    Map.entry(
                            "./belay alerts --bootstrap-servers localhost:9092 --registry"
                                    + " http://localhost:8081/apis/ccompat/v7",
                            "NoiseChangeIT, without the options"),
                    Map.entry("mvn -B verify", ".ci/run tests"),
                    Map.entry(
                            "./belay results", "not run: takes hours; ResultsTest, SetResultTest"),
                    Map.entry("./belay docs keys", "here: keysArePrintedFromTheCommandLine"),
                    Map.entry("./belay bench coverage", ".ci/long coverage"),
                    Map.entry(
                            "./belay run experiments/methods.yaml",
                            "not run: takes minutes; parsed here"),
                    Map.entry(".ci/long parity", "is a part of .ci/long"),
                    Map.entry("./belay bench trainer", ".ci/long bench, and coverage"),
                    Map.entry("./belay bench rows --rows 1000000", ".ci/long rows, with more"),
                    Map.entry("./belay bench grid", "not run: takes 20 minutes; parsed here"),
                    Map.entry(
                            "./belay bench trainer --quick",
                            "BenchIT runs the three, more quickly"),
                    Map.entry(
                            "./belay run sentiment.yaml --out results",
                            "not run: no such data; .ci/run containers runs and exports ci.yaml"),
                    Map.entry("./belay run bootstrap.yaml", "not run: no such data; as above"),
                    Map.entry(
                            "./belay broker",
                            "ServicesByHandIT starts the same services with these options"),
                    Map.entry(
                            "./belay run exp.yaml --services embedded --bootstrap-servers"
                                    + " localhost:9092 --registry"
                                    + " http://localhost:8081/apis/ccompat/v7",
                            "not run: needs a broker; parsed here"),
                    Map.entry(
                            "mvn -B -Pdist -pl cli -am package -DskipTests",
                            ".ci/run containers, with free ports"),
                    Map.entry(
                            "./belay dead-letters list --bootstrap-servers localhost:9092"
                                    + " --registry http://localhost:8081/apis/ccompat/v7",
                            "AttachIT runs each, on its own dead letters"),
                    Map.entry("./belay acls exp.yaml", "AclsTest and SecuredIT run each"),
                    Map.entry("./belay models list", "FleetIT runs each, on its own models"),
                    Map.entry(
                            "curl -s http://127.0.0.1:8080/metrics | grep '^belay_'",
                            "HttpServerTest reads the same page, at a free port"),
                    Map.entry(
                            "printf 'k1|{\"id\": \"a\", \"text\": \"the printer is on fire\","
                                    + " \"label\": 1}\\n' | kcat -P -b localhost:9092 -t tickets -K"
                                    + " '|'",
                            ".ci/run connect writes such a record, and reads with kcat"),
                    Map.entry(
                            "kafka-streams-application-reset.sh --bootstrap-server HOST:PORT"
                                    + " --application-id belay.TASK.aggregator \\",
                            "not run: a tool of Apache Kafka's distribution, not on Maven"
                                    + " Central"));

    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    /** A path in code font; commands have spaces. */
    private static final Pattern NAME = Pattern.compile("`([\\w/.-]+)`");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");

    @TempDir private Path folder;

    @Test
    void tablesAreThoseOfTheCode() throws IOException {
        GeneratedTables tables = new GeneratedTables(Belay.commandLine());
        for (Path page : pages()) {
            String text = Files.readString(page);
            assertEquals(
                    tables.into(text),
                    text,
                    () -> "update it with: ./belay docs keys --write " + ROOT.relativize(page));
        }
    }

    @Test
    void thePictureOfThePackagesIsThatOfTheSources() throws IOException {
        Path page = ROOT.resolve("docs/architecture.md");
        String text = Files.readString(page);
        assertEquals(
                PackagePicture.into(text, ROOT),
                text,
                "update it with: java cli/src/test/java/dev/belay/cli/docs/PackagePicture.java .");
    }

    @Test
    void keysArePrintedFromTheCommandLine() {
        StringWriter out = new StringWriter();
        assertEquals(0, Belay.commandLine().setOut(new PrintWriter(out)).execute("docs", "keys"));
        for (String key : List.of("`health.port`", "`micro-epoch`", "`quickstart`")) {
            assertTrue(out.toString().contains(key), key);
        }
    }

    @Test
    void everyShellBlockRunsSomewhereOrSaysWhyNot() throws IOException {
        Set<String> found = new HashSet<>();
        for (MatchResult block : blocks("bash")) {
            List<String> lines = block.group(2).lines().map(DocsTest::command).toList();
            found.add(lines.get(0));
            assertTrue(SHELL.containsKey(lines.get(0)), () -> "not in SHELL: " + lines.get(0));
            lines.stream().filter(line -> line.startsWith("./belay ")).forEach(DocsTest::parse);
        }
        assertEquals(SHELL.keySet(), found);
    }

    @Test
    void everyOtherBlockIsAnExperimentSettingsOrNoCode() throws IOException {
        int read = 0;
        for (MatchResult block : blocks("")) {
            String text = block.group(2);
            switch (block.group(1)) {
                case "bash", "text", "mermaid" -> {}
                case "yaml" -> {
                    Path file = Files.writeString(folder.resolve("block.yaml"), text);
                    if (text.startsWith("# settings")) {
                        Settings.load(file, Map.of(), Map.of());
                    } else {
                        assertFalse(ExperimentFile.read(file).models().isEmpty());
                    }
                    read++;
                }
                default ->
                        throw new AssertionError(
                                "expected ```bash, yaml, text or mermaid, found '"
                                        + block.group(1)
                                        + "' before: "
                                        + text.lines().findFirst().orElse(""));
            }
        }
        assertTrue(read >= 3, () -> "the docs show an experiment, keys and settings");
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertTrue(Files.readAllLines(ROOT.resolve("README.md")).size() <= 150);
    }

    @Test
    void everyPathOfToChangeXGoToYExists() throws IOException {
        List<String> missing = new ArrayList<>();
        String text = Files.readString(ROOT.resolve("docs/architecture.md"));
        for (String row : text.substring(text.indexOf("\n| to change ")).lines().toList()) {
            Path module = ROOT;
            for (MatchResult name : NAME.matcher(row).results().toList()) {
                Path sources = ROOT.resolve(name.group(1)).resolve("src/main/java/dev/belay");
                if (Files.isDirectory(sources.resolve(name.group(1)))) {
                    module = ROOT.resolve(name.group(1));
                } else if (!isPathIn(module, name.group(1))) {
                    missing.add(name.group(1) + " in: " + row);
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    /** Whether it is a package or class of a module, or a file in it or in the project. */
    private static boolean isPathIn(Path module, String path) {
        Path sources = module.resolve("src/main/java/dev/belay").resolve(module.getFileName());
        return Stream.of(sources.resolve(path), module.resolve(path), ROOT.resolve(path))
                .anyMatch(file -> Files.exists(file) || Files.exists(Path.of(file + ".java")));
    }

    @Test
    void linksLeadToFiles() throws IOException {
        for (Path page : pages()) {
            LINK.matcher(Files.readString(page))
                    .results()
                    .map(link -> link.group(1))
                    .filter(target -> !target.contains("://"))
                    .forEach(
                            target ->
                                    assertTrue(
                                            Files.exists(page.resolveSibling(target).normalize()),
                                            () -> ROOT.relativize(page) + " links to " + target));
        }
    }

    /** A line of a shell block without its comment. */
    private static String command(String line) {
        return line.replaceFirst("\\s+# .*$", "").strip();
    }

    private static void parse(String line) {
        String[] arguments = line.substring("./belay ".length()).split(" +");
        Belay.commandLine().parseArgs(arguments); // throws what is wrong with it
    }

    /** All blocks in a language, or all of them. */
    private static List<MatchResult> blocks(String language) throws IOException {
        List<MatchResult> blocks = new ArrayList<>();
        for (Path page : pages()) {
            BLOCK.matcher(Files.readString(page))
                    .results()
                    .filter(block -> language.isEmpty() || block.group(1).equals(language))
                    .forEach(blocks::add);
        }
        return blocks;
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md", "CONTRIBUTING.md", "benchmarks/README.md")
                                    .map(ROOT::resolve),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }
}
