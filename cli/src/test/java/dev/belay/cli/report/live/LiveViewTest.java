package dev.belay.cli.report.live;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.SampleSeeds;
import dev.belay.cli.report.live.Snapshot.Bar;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LiveViewTest {
    private static final Terminal PIPE = new Terminal(false, false, true);
    private static final Terminal TTY = new Terminal(true, true, true);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong(1);

    @Test
    void frameFitsEveryTerminal() {
        // Given
        Snapshot snapshot = snapshot(5);
        for (int width : new int[] {20, 40, 60, 80, 120, 200}) {
            for (int rows : new int[] {1, 5, 10, 24, 60}) {
                for (boolean utf8 : new boolean[] {true, false}) {
                    // When
                    List<String> lines =
                            new Frame(new Terminal(true, false, utf8), width).lines(snapshot, rows);
                    // Then
                    assertTrue(lines.size() <= rows, lines.size() + " lines in " + rows);
                    for (String line : lines) {
                        assertTrue(line.length() <= width, width + ": " + line);
                        assertTrue(utf8 || StandardCharsets.US_ASCII.newEncoder().canEncode(line));
                    }
                }
            }
        }
    }

    @Test
    void lowTerminalKeepsMediansAndLeavesOutSeeds() {
        // When
        String frame = String.join("\n", new Frame(TTY, 100).lines(snapshot(5), 16));
        // Then
        assertTrue(frame.contains("median of 3"));
        assertFalse(frame.contains("seed 0"));
    }

    @Test
    void medianIsOverSeedsThatHaveComeEquallyFar() {
        // Given: seed 0 has been compared at its fourth checkpoint, seed 1 at its second
        RunResults all = SampleRun.finished(2, 4);
        RunResults results = new RunResults("x", "x");
        all.specs().forEach(results::add);
        all.holdoutRows().stream()
                .filter(row -> row.getSeed() == 0 || row.getCheckpoint() <= 2)
                .forEach(results::add);
        // When
        List<Snapshot.Line> lines = lines(results);
        // Then
        List<PairMetrics> second =
                all.holdoutRows().stream()
                        .filter(row -> row.getStudent().contains("/naive#"))
                        .filter(row -> row.getCheckpoint() == 2)
                        .toList();
        assertEquals("median of 2/2", lines.get(0).seed());
        assertEquals(2 * SampleRun.MICRO_EPOCH, lines.get(0).seen());
        assertEquals(
                (second.get(0).getStudentAccuracy().getValue()
                                + second.get(1).getStudentAccuracy().getValue())
                        / 2,
                lines.get(0).accuracy());
        assertEquals("mean of 2", lines.get(1).seed());
        assertEquals(2 * SampleRun.MICRO_EPOCH, lines.get(1).seen());
        assertEquals(4 * SampleRun.MICRO_EPOCH, lines.get(2).seen());
        assertEquals(2 * SampleRun.MICRO_EPOCH, lines.get(3).seen());
    }

    @Test
    void seedsWithoutPgrAreCountedBesideTheMedianAndStayInTheMean() {
        // Given: gaps of .30, .30 and .01, gains of .10, .10 and 0
        RunResults results = SampleSeeds.of(SampleSeeds.WIDE, SampleSeeds.WIDE, SampleSeeds.NO_GAP);
        // When
        List<Snapshot.Line> lines = lines(results);
        // Then
        assertEquals("median of 2/3", lines.get(0).seed());
        assertEquals(1.0 / 3, requireNonNull(lines.get(0).pgr()), 1e-9);
        assertEquals("mean of 3", lines.get(1).seed());
        // with one seed of three that far from the others nothing can be said of the ratio
        assertEquals("gap-not-resolved", lines.get(1).range());
        assertNull(lines.get(1).pgr());
        assertEquals("gap-not-resolved", lines.get(4).range());
    }

    @Test
    void gapThatIsBarelyResolvedIsMarkedBesideItsPgr() {
        // Given: a gap of 2.3 standard errors in seed 0, of 6.5 in seed 1
        RunResults results = SampleSeeds.of(SampleSeeds.BARELY, SampleSeeds.WIDE);
        // When
        List<Snapshot.Line> lines = lines(results);
        // Then
        assertTrue(lines.get(2).range().endsWith("], gap barely resolved"), lines.get(2).range());
        assertTrue(lines.get(3).range().endsWith("]"), lines.get(3).range());
    }

    @Test
    void whileASeedHasNothingToCompareThereIsNoMedian() {
        // Given: two of three seeds
        RunResults all = SampleRun.finished(3, 1);
        RunResults results = new RunResults("x", "x");
        all.specs().forEach(results::add);
        all.holdoutRows().stream().filter(row -> row.getSeed() < 2).forEach(results::add);
        // Then
        assertTrue(lines(results).stream().noneMatch(l -> l.kind() != Snapshot.Line.Kind.SEED));
        // When the third will never have anything
        for (String student : List.of("naive", "conf", "bge-conf")) {
            results.add(SampleRun.checkpoint(SampleRun.id(student, 2), 1, State.FAILED, "NaN"));
        }
        // Then
        assertEquals("median of 2/2", lines(results).get(0).seed());
    }

    private static List<Snapshot.Line> lines(RunResults results) {
        return Snapshot.of(results, Duration.ZERO, List.of()).lines();
    }

    @Test
    void whatHasNoTotalIsCountedAndDoesNotLookUnfinished() {
        // Given
        List<Bar> bars = List.of(new Bar("rows", 100, 100), new Bar("encoded x", 70, 0));
        // When
        List<String> lines =
                new Frame(new Terminal(true, false, true), 60)
                        .lines(new Snapshot("x", Duration.ZERO, bars, List.of()), 9);
        // Then
        assertTrue(lines.get(1).matches("rows +━+  100 / 100"), lines.get(1));
        assertTrue(lines.get(2).matches("encoded x +70"), lines.get(2));
    }

    @Test
    void aRateIsShownBehindTheNumbersAndIsNoChangeByItself() {
        // Given
        LiveView view = view(PIPE);
        for (String rate : new String[] {"at 5.5/s", "at 5.4/s"}) {
            Bar bar = new Bar("encoding bge", 1_024, 4_500, rate);
            view.update(new Snapshot("x", Duration.ofSeconds(9), List.of(bar), List.of()));
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            // Then
            String line =
                    new Frame(new Terminal(true, false, true), 60)
                            .lines(new Snapshot("x", Duration.ZERO, List.of(bar), List.of()), 9)
                            .get(1);
            assertTrue(line.matches("encoding bge  ━+─+  1,024 / 4,500 " + rate), line);
            assertTrue(line.length() <= 60, line);
        }
        assertEquals(List.of("[0:09] encoding bge 1,024/4,500 at 5.5/s"), text().lines().toList());
    }

    @Test
    void redrawGoesBackToWhereTheFrameBegan() {
        // Given
        LiveView view = view(TTY);
        view.update(snapshot(1));
        long drawn = text().chars().filter(c -> c == '\n').count();
        bytes.reset();
        // When
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        view.update(snapshot(2));
        // Then
        assertTrue(text().startsWith("\u001b[?2026h\u001b[" + drawn + "A\r"), text());
    }

    @Test
    void pipeGetsNoEscapesAndOnlyWhatChanged() {
        // Given
        LiveView view = view(PIPE);
        view.update(new Snapshot("x", Duration.ofSeconds(1), bars(10, 7), List.of()));
        // When
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        view.update(new Snapshot("x", Duration.ofSeconds(7), bars(12, 7), List.of()));
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        view.update(new Snapshot("x", Duration.ofSeconds(13), bars(12, 7), List.of()));
        // Then
        assertEquals(
                List.of("[0:01] rows 10/100, labels 7/100", "[0:07] rows 12/100"),
                text().lines().toList());
    }

    @Test
    void pipeGetsMediansAsTheyChangeAndTheWholeTableAtTheEnd() {
        // Given
        LiveView view = view(PIPE);
        // When
        view.update(snapshot(5));
        // Then
        assertEquals(3, text().lines().filter(line -> line.contains("(median of ")).count());
        assertFalse(text().contains("mean of"), text());
        assertFalse(text().contains("seed 0"), text());
        // When
        view.close(snapshot(5));
        // Then
        assertEquals(3, text().lines().filter(line -> line.contains("  mean of 3 ")).count());
    }

    @Test
    void pipeIsNotFlooded() {
        // Given
        LiveView view = view(PIPE);
        // When
        for (int i = 0; i < 100; i++) {
            nanos.addAndGet(Duration.ofMillis(100).toNanos());
            view.update(new Snapshot("x", Duration.ofMillis(100L * i), bars(i, 0), List.of()));
        }
        // Then
        assertEquals(2, text().lines().count());
    }

    @Test
    void coverageOfASupervisorThatAbstainsIsInTheTableAndOnlyThere() {
        // Given: of 2,500 examples the supervisor of the first pair has answered 2,000
        RunResults results = SampleRun.finished(2, 1);
        for (PairMetrics row : results.holdoutRows()) {
            if (row.getStudent().contains("/naive#")) {
                results.add(PairMetrics.newBuilder(row).setAbstained(row.getN() / 4).build());
            }
        }
        // When
        view(PIPE).close(Snapshot.of(results, Duration.ZERO, List.of()));
        // Then
        List<String> table = text().lines().filter(line -> line.contains("  ")).toList();
        assertTrue(table.get(0).contains("coverage"), text());
        assertEquals(4, table.stream().filter(line -> line.contains("  80 %  ")).count(), text());
        assertTrue(text().contains("(coverage 80 %), student"), text());
        // When nobody abstains
        bytes.reset();
        view(PIPE).close(snapshot(1));
        // Then
        assertFalse(text().contains("coverage"), text());
    }

    @Test
    void closingPrintsTheWholeTable() {
        // Given
        LiveView view = view(PIPE);
        // When
        view.close(snapshot(5));
        // Then
        assertTrue(text().contains("seed 2"));
        assertTrue(text().contains("median of 3"));
        assertFalse(text().contains("\u001b"));
    }

    @Test
    void controlCharactersInNamesDoNotReachTheTerminal() {
        // Given
        LiveView view = view(new Terminal(true, false, true));
        // When
        view.println("a\u001b[2Jb\nc");
        // Then
        assertTrue(text().contains("a [2Jb c"), text());
    }

    @Test
    void failureOfDrawingDoesNotReachTheRun() {
        // Given
        LiveView view =
                new LiveView(
                        new PrintStream(bytes, true, StandardCharsets.UTF_8),
                        TTY,
                        () -> {
                            throw new IllegalStateException("no size");
                        },
                        nanos::get);
        // When, then: nothing is thrown
        view.update(snapshot(1));
        view.update(snapshot(2));
        view.close(snapshot(3));
    }

    @Test
    void noColorAndDumbTerminalsAreHonoured() {
        // Given, when, then: no console is no terminal, whatever the environment says
        assertFalse(Terminal.of(null, Map.of("TERM", "xterm")).interactive());
        assertFalse(
                String.join(
                                "",
                                new Frame(new Terminal(true, false, true), 80)
                                        .lines(snapshot(3), 24))
                        .contains("\u001b"));
    }

    @Test
    void elapsedTimeIsReadable() {
        assertEquals("0:07", Frame.clock(Duration.ofSeconds(7)));
        assertEquals("12:03", Frame.clock(Duration.ofSeconds(723)));
        assertEquals("1:02:03", Frame.clock(Duration.ofSeconds(3723)));
    }

    private LiveView view(Terminal terminal) {
        return new LiveView(
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                terminal,
                () -> new Terminal.Size(100, 40),
                nanos::get);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static List<Bar> bars(long rows, long labels) {
        return List.of(new Bar("rows", rows, 100), new Bar("labels", labels, 100));
    }

    private static Snapshot snapshot(int checkpoints) {
        return Snapshot.of(
                SampleRun.finished(3, checkpoints), Duration.ofSeconds(83), bars(50, 100));
    }
}
