package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.FakeLog;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.labelers.labeling.LabelingBench;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Vote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A labeler of single votes, on logs in memory. */
class VoteLogTest {
    private static final String VOTES = Topics.defaults().votes("task");
    private static final LabelerSpec SPEC =
            SpecEvents.spec(
                    "crowd",
                    List.of("no", "yes"),
                    Map.of("from", "topic", "votes", "2", "wait", "1m"),
                    0);

    private final List<FakeLog> logs = new ArrayList<>();

    @Test
    void anExampleIsLabelledByTheVotesThatCountOrOnceTheirStreamHasPassedOrEnded() {
        LabelingBench bench = bench(1_000);
        for (int i = 0; i < 4; i++) {
            bench.example("e" + i, Split.STUDENT, 1_000);
        }
        // When: a first vote, and one of another example
        vote("e0", "anna", 1, 2_000);
        vote("e1", "anna", 0, 2_000);
        steps(bench);
        assertEquals(List.of(), bench.labelled());
        // When: the second
        vote("e0", "ben", 1, 2_000);
        steps(bench);
        assertEquals(List.of("e0"), bench.labelled());
        // When: stream time is at the horizon, then passes it
        vote("other", "anna", 0, 61_000);
        steps(bench);
        assertEquals(List.of("e0"), bench.labelled());
        vote("other", "anna", 0, 61_001);
        vote("e1", "ben", 1, 2_000); // too late
        steps(bench);
        assertEquals(List.of("e0", "e1", "e2", "e3"), bench.labelled());
        assertEquals(List.of(1f, 0f), bench.labels().get(1).getProbabilities());
        assertTrue(bench.labels().get(2).getAbstained());
        // When: the votes end
        bench.example("e4", Split.STUDENT, 61_001);
        vote("e4", "anna", 1, 61_001);
        steps(bench);
        assertEquals(4, bench.labels().size());
        bench.endedTopics.add(VOTES);
        steps(bench);
        assertEquals(List.of(0f, 1f), bench.labels().get(4).getProbabilities());
    }

    @Test
    void withALittleMemoryTheVotesAreReadAgainAndTheLabelsAreTheSame() {
        List<LabelingBench> benches = List.of(bench(1_000), bench(3), bench(8));
        // Given: all votes are long there, in another order than the examples
        for (int i = 39; i >= 0; i--) {
            vote("e" + i, "anna", i % 2, 1_000 + i);
            vote("e" + (i * 7 + 3) % 40, "ben", i % 3 == 0 ? 1 : 0, 1_000 + i);
        }
        for (LabelingBench bench : benches) {
            bench.endedTopics.add(VOTES);
            IntStream.range(0, 40).forEach(i -> bench.example("e" + i, Split.STUDENT, 1_000));
            steps(bench);
        }
        // Then
        assertEquals(40, benches.get(0).labels().size());
        assertTrue(benches.get(0).labels().stream().noneMatch(label -> label.getAbstained()));
        assertEquals(benches.get(0).labels(), benches.get(1).labels());
        assertEquals(benches.get(0).labels(), benches.get(2).labels());
    }

    @Test
    void aPartitionThatHadEndedAndIsSetBackWaitsForItsVotesAgain() {
        // Given
        LabelingBench former = bench(1_000);
        former.example("e0", Split.STUDENT, 1_000);
        vote("e0", "anna", 1, 1_000);
        former.endedTopics.addAll(List.of(VOTES, former.topics.input()));
        steps(former);
        assertTrue(former.lastProgress().getEnded());
        // When: its votes are not read yet
        LabelingBench again = LabelingBench.restarted(SPEC, made -> labeler(made, 1_000), former);
        again.endedTopics.add(again.topics.input());
        again.example("e0", Split.STUDENT, 1_000);
        steps(again);
        assertEquals(List.of(), again.labelled());
        // Then
        vote("e0", "anna", 1, 1_000);
        again.endedTopics.add(VOTES);
        steps(again);
        assertEquals(former.labels(), again.labels());
    }

    @Test
    void anInvalidVoteIsADeadLetterAndNoVote() {
        LabelingBench bench = bench(1_000);
        bench.example("e0", Split.STUDENT, 1_000);
        vote("e0", "anna", 2, 1_000);
        vote("e0", "", 1, 1_000);
        logs.forEach(log -> log.add(VOTES, "e1", new Vote("e0", "anna", 1, 1_000L)));
        vote("e0", "ben", 1, 1_000);
        bench.endedTopics.add(VOTES);
        steps(bench);
        assertEquals(List.of(0f, 1f), bench.labels().get(0).getProbabilities());
        assertEquals(
                List.of(
                        "vote 2 of annotator 'anna', expected 0 to 1",
                        "a vote of an annotator with a name of 0 characters, expected 1 to 64, not only spaces",
                        "the event's id differs from the record's key"),
                bench.deadLetterReasons());
    }

    private LabelingBench bench(int kept) {
        return LabelingBench.of(SPEC, made -> labeler(made, kept));
    }

    private SpecLabeler labeler(LabelingBench made, int kept) {
        logs.add(made.sourceLog);
        return new SpecLabeler(
                () -> SPEC,
                made.resources(),
                SpecLabelingTest.undelayed(),
                new VoteLog(made.sourceLog::consumer, VOTES, made.resources(), kept),
                null);
    }

    private void vote(String example, String annotator, int label, long timeMs) {
        logs.forEach(log -> log.add(VOTES, example, new Vote(example, annotator, label, timeMs)));
    }

    /** Rounds in which nothing is labelled may still search. */
    private static void steps(LabelingBench bench) {
        for (int idle = 0; idle < 4; idle++) {
            if (bench.step()) {
                idle = 0;
            }
        }
    }
}
