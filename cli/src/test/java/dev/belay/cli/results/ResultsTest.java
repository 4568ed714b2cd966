package dev.belay.cli.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    private static final String FILE =
            """
            name: %s
            task: {classes: [negative, positive]}
            data: {path: %s.jsonl, holdout: {split: test}}
            models:
              bow: {encoder: hashing, supervisor: truth}
              naive: {encoder: minilm, supervisor: bow}
              ceiling: {encoder: minilm, supervisor: truth}
            """;

    /** A clock that the fake runner advances. */
    private static final class Time extends Clock {
        private Instant now = Instant.parse("2026-11-30T10:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @TempDir private Path dir;
    private final Time time = new Time();
    private final List<String> ran = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void threeExperimentsOneWithoutData() throws IOException {
        for (String name : List.of("nlp/a", "nlp/b", "vision/c")) {
            Path file = dir.resolve("list").resolve(name + ".yaml");
            Files.createDirectories(file.resolveSibling("."));
            String title = name.substring(name.length() - 1);
            Files.writeString(file, FILE.formatted(title, title));
            if (!title.equals("b")) {
                Files.writeString(file.resolveSibling(title + ".jsonl"), "{}\n");
            }
        }
    }

    @Test
    void finishedOnesAreNotRunAgain() throws Exception {
        assertTrue(run(this::works));
        assertEquals(List.of("nlp/a", "vision/c"), ran);
        assertTrue(run(this::works));
        assertEquals(2, ran.size(), "nothing was run again");
        assertTrue(said.stream().anyMatch(line -> line.startsWith("[2/3] nlp/b: not here")));
    }

    @Test
    void oneThatWasChangedIsRunAgain() throws Exception {
        assertTrue(run(this::works));
        Files.writeString(dir.resolve("list/nlp/a.jsonl"), "{} \n");
        assertTrue(run(this::works));
        assertEquals(List.of("nlp/a", "vision/c", "nlp/a"), ran);
    }

    @Test
    void oneThatFailsDoesNotEndTheOthersAndIsTriedAgain() throws Exception {
        assertFalse(
                run(
                        (e, out, fresh, memory) ->
                                e.title().equals("a") ? 1 : works(e, out, fresh, memory)));
        assertEquals(List.of("vision/c"), ran);
        assertTrue(page().contains("failed: exit code 1"), page());
        assertTrue(run(this::works));
        assertEquals(List.of("vision/c", "nlp/a"), ran);
    }

    @Test
    void aKilledOneContinuesAndItsTimeIsAdded() throws Exception {
        // Given: killed after 60 s, when 55 to 60 s were written down
        class Killed extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }
        assertThrows(
                Killed.class,
                () ->
                        run(
                                (e, out, fresh, memory) -> {
                                    for (int i = 0; i < 60; i++) {
                                        time.now = time.now.plusSeconds(1);
                                        memory.accept(3_000_000_000L);
                                    }
                                    throw new Killed();
                                }));
        assertTrue(
                page().contains("| nlp/a | – | – | – | – | not complete | 1 min 00 s | 3.0 GB |"),
                page());
        // When
        assertTrue(run(this::works));
        // Then
        RunRecord record = RunRecord.read(dir.resolve("out/nlp/a"));
        assertNotNull(record);
        assertEquals(RunRecord.State.FINISHED, record.state());
        assertEquals(60 + 90, record.seconds());
        assertEquals(3_000_000_000L, record.peakBytes());
        assertEquals(2, record.attempts());
        assertTrue(said.contains("[1/3] nlp/a: continuing"), said::toString);
    }

    @Test
    void thePageIsTheSameHoweverOftenItIsWritten() throws Exception {
        assertTrue(run(this::works));
        String first = page();
        time.now = time.now.plus(Duration.ofDays(3));
        assertTrue(run(this::works));
        assertEquals(first, page());
    }

    @Test
    void aFolderWithoutExperimentsIsAnError() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ListedExperiment.in(List.of(dir.resolve("list/nlp"))));
        assertTrue(
                String.valueOf(e.getMessage())
                        .contains("found no experiment; expected files GROUP/NAME.yaml"));
    }

    /** 90 s, 1 GB. */
    private int works(ListedExperiment experiment, Path out, boolean fresh, LongConsumer memory)
            throws IOException {
        ran.add(experiment.toString());
        time.now = time.now.plusSeconds(90);
        memory.accept(1_000_000_000L);
        Files.writeString(out.resolve("summary.json"), SetResultTest.SUMMARY);
        return 0;
    }

    private boolean run(ExperimentRunner runner) throws IOException, InterruptedException {
        return new ResultsRun(runner, dir.resolve("out"), time, said::add)
                .run(experiments(), false, this::writePage);
    }

    private List<ListedExperiment> experiments() throws IOException {
        return ListedExperiment.in(List.of(dir.resolve("list")));
    }

    private void writePage() throws IOException {
        List<SetResult> results = new ArrayList<>();
        for (ListedExperiment experiment : experiments()) {
            results.add(SetResult.of(experiment, dir.resolve("out")));
        }
        new ResultsPage(results, "./belay results").write(dir.resolve("docs/results.md"));
    }

    private String page() throws IOException {
        writePage();
        return Files.readString(dir.resolve("docs/results.md"));
    }

    @Test
    void modelsThatStartFromOthersShareTheInstallation() throws Exception {
        Path list = dir.resolve("list");
        Path second = list.resolve("nlp/d.yaml");
        Files.writeString(
                second,
                FILE.formatted("d", "a")
                        .replace("naive: {", "naive: {init: \"a/naive@last\", ceiling: ceiling, "));
        List<ListedExperiment> listed = ListedExperiment.in(List.of(list));
        ListedExperiment a = listed.get(0);
        ListedExperiment d = listed.get(2);
        assertEquals(a, d.after());
        assertEquals(a.data(dir), d.data(dir));
        assertFalse(a.folder(dir).equals(d.folder(dir)), "results are kept apart");
        assertTrue(d.sources().containsAll(a.sources()), "a changed first one changes the second");
        String problem =
                String.valueOf(
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> ListedExperiment.in(List.of(second)))
                                .getMessage());
        assertTrue(problem.contains("expected one experiment, listed once before"), problem);
    }
}
