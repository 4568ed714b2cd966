package dev.belay.cli.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.SourceVotes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SourceTableTest {
    private static final String BOW = SampleRun.id("bow", 0);
    private static final String RULES = SampleRun.id("rules", 0);
    private static final String VOTE = SampleRun.id("vote", 0);

    @Test
    void sharesAreOverAllPartitionsAndAccuracyIsThatOfTheComparedModel() {
        // Given
        RunResults results = SampleRun.finished(1, 2);
        assertFalse(html(results).contains("Sources of labels"));
        results.add(
                LabelerSpec.newBuilder()
                        .setId(VOTE)
                        .setVersion(0)
                        .setTask("wordnet-physical")
                        .setClasses(List.of("abstract", "physical"))
                        .setPartitions(2)
                        .setMethod(new Method("majority", Map.of()))
                        .setSources(List.of(BOW, RULES))
                        .setSpecHash("hash")
                        .setEventTimeMs(1)
                        .build());
        // When
        results.counts()
                .votes(
                        List.of(
                                progress(
                                        VOTE,
                                        0,
                                        votes(BOW, 60, 60, 20, 5),
                                        votes(RULES, 60, 20, 20, 5)),
                                progress(
                                        VOTE,
                                        1,
                                        votes(BOW, 40, 40, 10, 5),
                                        votes(RULES, 40, 10, 10, 5)),
                                progress("other/vote#0@0", 0, votes(BOW, 9, 9, 9, 9)),
                                progress(SampleRun.id("naive", 0), 0)));
        // Then
        List<Map<String, Object>> lines = SourceTable.of(results);
        assertEquals(2, lines.size());
        assertEquals("bow", lines.get(0).get("source"));
        assertEquals("vote, seed 0", lines.get(0).get("labeler"));
        assertEquals("100", lines.get(0).get("examples"));
        assertEquals("1.000", lines.get(0).get("coverage"));
        assertEquals("0.300", lines.get(0).get("overlap"));
        assertEquals("0.100", lines.get(0).get("conflict"));
        assertTrue(String.valueOf(lines.get(0).get("accuracy")).startsWith("0.7"), lines::toString);
        assertEquals("0.300", lines.get(1).get("coverage"));
        assertEquals("–", lines.get(1).get("accuracy"));
        assertTrue(html(results).contains("Sources of labels"));
    }

    private static String html(RunResults results) {
        return ReportHtml.of(results, Instant.EPOCH);
    }

    private static SourceVotes votes(
            String source, long examples, long covered, long overlaps, long conflicts) {
        return new SourceVotes(source, examples, covered, overlaps, conflicts);
    }

    private static Progress progress(String writer, int partition, SourceVotes... votes) {
        return new Progress(
                "labels", partition, writer, 0L, Map.of(), null, 0L, false, null, List.of(votes));
    }
}
