package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.api.VoteRule;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AnnotatorsLabelerTest {
    private static final List<String> CLASSES = List.of("ham", "spam");
    private static final Map<String, String> ALL = Map.of("annotators", "all");

    private final List<Map<String, Integer>> log = votes(300);

    /** Votes of annotators who come one after the other; of some examples none. */
    private static List<Map<String, Integer>> votes(int examples) {
        Random random = new Random(7);
        List<Map<String, Integer>> log = new ArrayList<>();
        for (int i = 0; i < examples; i++) {
            Map<String, Integer> votes = new TreeMap<>();
            int truth = random.nextInt(2);
            for (int votings = random.nextInt(4); votings > 0; votings--) {
                int who = random.nextInt(2 + i / 20);
                votes.put("w" + who, random.nextInt(4) == 0 ? 1 - truth : truth);
            }
            log.add(votes);
        }
        return log;
    }

    @Test
    void annotatorsWhoComeLaterAreAsIfKnownFromTheStart() {
        // Given all annotators in the order of their first votes, then of their names
        List<String> order = new ArrayList<>();
        for (Map<String, Integer> votes : log) {
            Set<String> fresh = new TreeSet<>(votes.keySet());
            order.forEach(fresh::remove);
            order.addAll(fresh);
        }
        DawidSkene known = new DawidSkene(new DawidSkeneSettings(2, order));
        LearningLabeler labeler = open(ALL);
        for (Map<String, Integer> votes : log) {
            // When
            float[] answer = labeler.learn(List.of(input(votes))).get(0);
            // Then
            float[] expected =
                    votes.isEmpty()
                            ? Labeler.ABSTAINED
                            : known.update(ExampleVotes.of(votes, order));
            assertArrayEquals(expected, answer);
        }
        assertTrue(order.size() > 10, order::toString);
    }

    @Test
    void goesOnBitForBitFromItsState() {
        LearningLabeler labeler = open(ALL);
        LearningLabeler restarted = open(ALL);
        for (Map<String, Integer> votes : log) {
            LearningLabeler next = open(ALL);
            next.restore(restarted.state());
            restarted = next;
            assertArrayEquals(
                    labeler.learn(List.of(input(votes))).get(0),
                    restarted.learn(List.of(input(votes))).get(0));
        }
        assertArrayEquals(labeler.state(), restarted.state());
    }

    @Test
    void annotatorsWhoAreNotListedOrTooManyDoNotCount() {
        LearningLabeler listed = open(Map.of("annotators", "[\"w0\", \"w1\"]"));
        AnnotatorsLabeler two =
                new AnnotatorsLabeler(new DawidSkeneSettings(2, List.of("none")), true, 2);
        for (Map<String, Integer> votes : log) {
            Map<String, Integer> some = new TreeMap<>(votes);
            some.keySet().retainAll(Set.of("w0", "w1"));
            float[] answer = listed.learn(List.of(input(votes))).get(0);
            assertEquals(some.isEmpty(), answer.length == 0);
            assertArrayEquals(answer, two.learn(List.of(input(votes))).get(0));
        }
    }

    @Test
    void sweepsLearnNothing() {
        LearningLabeler labeler = open(ALL);
        assertArrayEquals(Labeler.ABSTAINED, labeler.label(List.of(input(Map.of("w0", 1)))).get(0));
        log.forEach(votes -> labeler.learn(List.of(input(votes))));
        byte[] before = labeler.state();
        labeler.label(List.of(input(Map.of("w0", 1, "nobody", 0))));
        assertArrayEquals(before, labeler.state());
    }

    @Test
    void whatIsWrongIsNamed() {
        assertEquals(
                "kind 'dawid-skene': found 0 sources and annotators '', expected 3 or more sources, or annotators",
                problem(Map.of(), List.of()));
        assertEquals(
                "kind 'dawid-skene': found 3 sources and annotators 'all', expected 3 or more sources, or annotators",
                problem(ALL, List.of("a", "b", "c")));
        assertTrue(problem(Map.of("annotators", "[\"\"]"), List.of()).startsWith("annotators: "));
        assertEquals(
                "from: found 'topic', expected it only with annotators",
                problem(Map.of("from", "topic"), List.of("a", "b", "c")));
        VoteRule rule =
                new DawidSkeneFactory()
                        .voteRule(Map.of("annotators", "all", "from", "topic", "wait", "2d"));
        assertEquals(new VoteRule(0, Duration.ofDays(2), Set.of()), rule);
    }

    private static String problem(Map<String, String> parameters, List<String> sources) {
        Throwable e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new DawidSkeneFactory().create(CLASSES, parameters, sources));
        return String.valueOf(e.getMessage());
    }

    private static LearningLabeler open(Map<String, String> parameters) {
        return new DawidSkeneFactory().create(CLASSES, parameters, List.of());
    }

    private static LabelerInput input(Map<String, Integer> votes) {
        Example example = EventFactory.example("e", Split.STUDENT, "text", 1);
        return new LabelerInput(example, Map.of(), new TreeMap<>(votes));
    }
}
