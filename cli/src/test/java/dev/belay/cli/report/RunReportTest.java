package dev.belay.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.schemas.events.ClusterFigures;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunReportTest {
    private static final Instant WRITTEN = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir private Path directory;

    @Test
    void threeFilesAndNothingElseAreLeft() throws IOException {
        // When
        RunReport.write(SampleRun.finished(3, 20), directory, WRITTEN);
        // Then
        try (var files = Files.list(directory)) {
            assertEquals(
                    List.of("metrics.jsonl", "report.html", "summary.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        keepForTheEye();
    }

    @Test
    void everyRowOfEveryStudentIsALine() throws IOException {
        // When
        RunReport.write(SampleRun.finished(2, 5), directory, WRITTEN);
        // Then
        List<String> lines = Files.readAllLines(directory.resolve("metrics.jsonl"));
        assertEquals(3 * 2 * 5 * 2, lines.size()); // on the holdout, and on the stream
        JsonNode first = new ObjectMapper().readTree(lines.get(0));
        assertEquals("naive", first.get("student").textValue());
        assertEquals(1, first.get("checkpoint").intValue());
        assertEquals(16, first.get("cells").size());
    }

    @Test
    void pageAsksForNothingFromOutside() throws IOException {
        // When
        RunReport.write(SampleRun.finished(1, 3), directory, WRITTEN);
        // Then
        String page = Files.readString(directory.resolve("report.html"));
        assertTrue(page.contains("default-src 'none'"));
        assertFalse(
                Pattern.compile("<(link|img|iframe)|\\bsrc\\s*=|@import|url\\((?!#)")
                        .matcher(page.replaceAll("(?s)<script>.*?</script>", ""))
                        .find());
    }

    @Test
    void stringsOfUsersAreEscapedInTextAndInTheDataIsland() throws IOException {
        // Given
        RunResults results = new RunResults("<script>alert(1)</script>", "a&b");
        var spec = SampleRun.spec("</script><b>", 0, "minilm", "bow", 256);
        results.add(spec);
        results.add(SampleRun.row("</script><b>", 0, 1, 1, .7, .4, .9));
        // When
        RunReport.write(results, directory, WRITTEN);
        // Then
        String page = Files.readString(directory.resolve("report.html"));
        assertTrue(page.contains("&lt;script&gt;alert(1)"));
        assertTrue(page.contains("a&amp;b"));
        assertFalse(page.contains("<script>alert"));
        assertFalse(page.contains("</script><b>"));
    }

    @Test
    void figureOfSizesIsThereFromTwoSizesOn() throws IOException {
        // When
        RunReport.write(SampleSizes.finished(2), directory, WRITTEN);
        String sizes = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleRun.troubled(), directory, WRITTEN);
        String one = Files.readString(directory.resolve("report.html"));
        // Then
        assertTrue(sizes.contains("id=\"size-accuracy\""));
        assertFalse(one.contains("id=\"size-accuracy\""));
        assertTrue(one.contains("\"sizes\":null"));
    }

    @Test
    void clustersAreShownWhereExamplesHaveGroupsAndOnlyThere() throws IOException {
        // Given
        RunResults results = new RunResults("x", "t");
        SampleRun.add(results, 1, "conf", "minilm", "bow", 1);
        PairMetrics row = SampleRun.row("conf", 0, 1, 1, .7, .8, .9);
        results.add(
                PairMetrics.newBuilder(row)
                        .setGrouped(1_500)
                        .setClusters(new ClusterFigures(712L, 580, 6.0, .3, .1, .2))
                        .build());
        // When
        RunReport.write(results, directory, WRITTEN);
        String grouped = Files.readString(directory.resolve("report.html"));
        JsonNode pair =
                new ObjectMapper()
                        .readTree(Files.readString(directory.resolve("summary.json")))
                        .get("pairs")
                        .get(0);
        RunReport.write(SampleRun.finished(1, 3), directory, WRITTEN);
        String without = Files.readString(directory.resolve("report.html"));
        // Then
        assertTrue(grouped.contains("in 712 clusters"));
        assertTrue(grouped.contains("the intervals are cluster-robust"));
        assertEquals(712, pair.get("clusters").intValue());
        assertEquals(580, pair.get("clusterDegrees").intValue());
        assertEquals(1_500, pair.get("grouped").intValue());
        assertFalse(without.contains("clusters</small>"));
        assertTrue(without.contains("They take all examples as independent"));
        String summary = Files.readString(directory.resolve("summary.json"));
        assertFalse(summary.contains("cluster"));
        assertFalse(summary.contains("grouped"));
    }

    @Test
    void bestPgrIsCalledSelectedAndOptimistic() throws IOException {
        // When
        RunReport.write(SampleRun.finished(2, 3), directory, WRITTEN);
        String now = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleSizes.finished(2), directory, WRITTEN);
        String without = Files.readString(directory.resolve("report.html"));
        // Then
        assertTrue(now.contains("selected,<br>optimistic"));
        assertFalse(without.contains("selected,<br>optimistic"));
    }

    @Test
    void figuresSayNumbersAsTablesDo() throws IOException {
        // Given: .7555, which is a little less in binary
        RunResults results = new RunResults("x", "x");
        results.add(SampleRun.spec("naive", 0, "minilm", "bow", 256));
        results.add(SampleRun.checkpoint(SampleRun.id("naive", 0), 1, State.FINISHED, null));
        results.add(
                PairMetrics.newBuilder(SampleRun.row("naive", 0, 1, 1, .7, .4, .9))
                        .setStudentAccuracy(new Estimate(.7555, .74, .77, 2000L))
                        .build());
        // When
        RunReport.write(results, directory, WRITTEN);
        // Then: the data of the figures have the words, and the script makes none
        String page = Files.readString(directory.resolve("report.html"));
        assertTrue(page.contains("<td class=\"num\">0.756<"));
        assertTrue(page.contains("\"asRate\":[\"0.756\",\"0.756\",\"0.756\"]"));
        assertFalse(page.substring(page.lastIndexOf("<script>")).contains("toFixed"));
    }

    @Test
    void headlineSaysThatItsMediansAreOfEachByItself() throws IOException {
        // When
        RunReport.write(SampleRun.finished(3, 4), directory, WRITTEN);
        String three = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleRun.finished(1, 4), directory, WRITTEN);
        String one = Files.readString(directory.resolve("report.html"));
        // Then
        assertTrue(three.contains("of the gap to its ceiling in the median of 3 seeds; accuracy"));
        assertTrue(three.contains("(each a median of its own: their ratio may be another)"));
        assertTrue(one.contains("of the gap to its ceiling: accuracy"));
        assertFalse(one.contains("median of its own"));
    }

    @Test
    void everyMedianOfPgrSaysHowManySeedsHaveNone() throws IOException {
        // When
        RunReport.write(
                SampleSeeds.of(SampleSeeds.WIDE, SampleSeeds.WIDE, SampleSeeds.NO_GAP),
                directory,
                WRITTEN);
        String one = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleRun.finished(3, 4), directory, WRITTEN);
        String none = Files.readString(directory.resolve("report.html"));
        // Then: below the seeds, and in the data of the figures
        assertTrue(one.contains("3<small>1 of 3 undefined</small>"));
        assertTrue(one.contains("\"seeds\":3,\"undefined\":1"));
        assertTrue(none.contains("3<small>0 of 3 undefined</small>"));
        // the last checkpoint, the best, how far behind it, and where agreement was greatest
        assertEquals(3 * 4, none.split(", 0 of 3 undefined</small>", -1).length - 1);
    }

    @Test
    void meansOverSeedsHaveIntervalsFromTwoSeedsOn() throws IOException {
        // When
        RunReport.write(SampleSeeds.of(SampleSeeds.WIDE, SampleSeeds.WIDE), directory, WRITTEN);
        String two = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleSeeds.of(SampleSeeds.WIDE), directory, WRITTEN);
        String one = Files.readString(directory.resolve("report.html"));
        // Then: of two equal seeds the interval of one
        String gain = two.substring(two.indexOf("mean gain / mean gap"));
        assertTrue(gain.contains("0.100<small>[0.024, 0.174]</small>"), gain.substring(0, 900));
        assertFalse(one.contains("mean gain / mean gap"));
    }

    @Test
    void gapThatIsBarelyResolvedIsMarked() throws IOException {
        // When
        RunReport.write(SampleSeeds.of(SampleSeeds.BARELY), directory, WRITTEN);
        String barely = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleSeeds.of(SampleSeeds.WIDE), directory, WRITTEN);
        String wide = Files.readString(directory.resolve("report.html"));
        // Then
        assertTrue(barely.contains("<small>gap barely resolved</small>"));
        assertFalse(wide.contains("<small>gap barely resolved</small>"));
    }

    @Test
    void figuresAreDrawnAsWideAsTheyAreShown() throws IOException {
        // When
        RunReport.write(SampleRun.finished(1, 3), directory, WRITTEN);
        // Then: a fixed width would be scaled, and letters with it
        String page = Files.readString(directory.resolve("report.html"));
        String script = page.substring(page.lastIndexOf("<script>"));
        assertTrue(script.contains("clientWidth"));
        assertFalse(Pattern.compile("\\bwidth(:| =) \\d").matcher(script).find());
    }

    @Test
    void aStudentBelowItsSupervisorIsMarkedInTheFigures() throws Exception {
        Path browser = Path.of("/usr/bin/chromium");
        assumeTrue(Files.isExecutable(browser), "no chromium here");
        // When
        RunReport.write(SampleRun.losing(), directory, WRITTEN);
        String losing = drawn(browser);
        RunReport.write(SampleRun.finished(1, 3), directory, WRITTEN);
        String winning = drawn(browser);
        // Then: one of the two bars, and the part of the figure of PGR that is below zero
        assertEquals(1, losing.split("class=\"loss-bar\"", -1).length - 1);
        assertEquals(1, losing.split(">worse than its supervisor<", -1).length - 1);
        assertEquals(1, losing.split("<rect class=\"loss\"", -1).length - 1);
        assertEquals(1, losing.split(">below: worse than its supervisor<", -1).length - 1);
        assertFalse(winning.contains("class=\"loss-bar\""));
        assertFalse(winning.contains(">worse than its supervisor<"));
    }

    /** The body as the script leaves it. */
    private String drawn(Path browser) throws IOException, InterruptedException {
        Path dom = directory.resolve("dom");
        Process process =
                new ProcessBuilder(
                                browser.toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-background-networking",
                                "--user-data-dir=" + directory.resolve("browser"),
                                "--window-size=1200,1800",
                                "--dump-dom",
                                directory.resolve("report.html").toUri().toString())
                        .redirectOutput(dom.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(ended, "chromium did not end within 120 s");
        String page = Files.readString(dom);
        return page.substring(page.indexOf("<body"), page.lastIndexOf("<script>"));
    }

    @Test
    void emptyRunIsStillAPage() throws IOException {
        // When
        RunReport.write(new RunResults("none", "none"), directory, WRITTEN);
        // Then
        assertTrue(
                Files.readString(directory.resolve("report.html"))
                        .contains("No pair has been compared yet."));
    }

    @Test
    void incompleteHoldoutOfAnEndlessRunIsNamed() throws IOException {
        // Given
        RunResults results = new RunResults("endless", "reviews");
        results.counts().examples(new TaskCounts.Examples(1000, 6000, 1920, 2000));
        // When
        RunReport.write(results, directory, WRITTEN);
        // Then
        assertTrue(
                Files.readString(directory.resolve("report.html"))
                        .contains("The holdout has 1,920 of 2,000 examples."));
    }

    @Test
    void unfinishedRunSaysSo() throws IOException {
        // When
        RunReport.write(SampleRun.troubled(), directory, WRITTEN);
        // Then
        String page = Files.readString(directory.resolve("report.html"));
        assertTrue(page.contains("This run is not complete."));
        assertTrue(page.contains("the loss became NaN"));
        assertTrue(page.contains("no-ceiling"));
    }

    @Test
    void studentsOfNoisyLabelsAreDrawnAgainstTheShareOfWrongOnes() throws IOException {
        // When
        RunReport.write(SampleNoise.finished(2), directory, WRITTEN);
        String noise = Files.readString(directory.resolve("report.html"));
        RunReport.write(SampleSizes.finished(2), directory, WRITTEN);
        String other = Files.readString(directory.resolve("report.html"));
        // Then the labels without noise are the first point of each panel
        String mark = "id=\"data\">";
        int from = noise.indexOf(mark) + mark.length();
        JsonNode data =
                new ObjectMapper()
                        .readTree(noise.substring(from, noise.indexOf("</script>", from)));
        assertEquals(2, data.at("/noise/panels").size());
        for (int panel = 0; panel < 2; panel++) {
            var points = data.at("/noise/panels/" + panel + "/lines/0/points");
            assertEquals(5, points.size());
            assertEquals(0, points.at("/0/wrong").doubleValue());
            assertTrue(points.at("/0/repeated").isNull());
            assertEquals(.4, points.at("/4/wrong").doubleValue(), .04);
            assertTrue(points.at("/4/accuracy/median").doubleValue() > .6);
        }
        assertTrue(noise.contains("id=\"noise-accuracy\""));
        assertFalse(other.contains("id=\"noise-accuracy\""));
        assertTrue(other.contains("\"noise\":null"));
    }

    /** Copies the report to where {@code -Dbelay.report.sample=DIR} says, to be looked at. */
    private void keepForTheEye() throws IOException {
        String target = System.getProperty("belay.report.sample");
        if (target != null) {
            RunReport.write(SampleRun.finished(3, 20), Path.of(target), WRITTEN);
            RunReport.write(SampleRun.troubled(), Path.of(target, "troubled"), WRITTEN);
            RunReport.write(SampleSizes.finished(3), Path.of(target, "sizes"), WRITTEN);
            RunReport.write(SampleRun.losing(), Path.of(target, "losing"), WRITTEN);
            RunReport.write(SampleNoise.finished(3), Path.of(target, "noise"), WRITTEN);
            RunReport.write(SampleGrid.finished(3), Path.of(target, "grid"), WRITTEN);
        }
    }
}
