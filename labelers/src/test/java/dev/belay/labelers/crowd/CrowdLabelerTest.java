package dev.belay.labelers.crowd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerContract;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrowdLabelerTest extends LabelerContract {
    private static final List<String> NAMES = List.of("anna", "ben", "cleo", "dan", "eve");

    @Override
    protected String kind() {
        return "crowd";
    }

    @Override
    protected Map<String, String> parameters() {
        return Map.of("annotators", "[\"anna\",\"ben\",\"cleo\"]");
    }

    @Override
    protected List<LabelerInput> inputs() {
        Random random = new Random(3);
        List<LabelerInput> inputs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Map<String, Integer> votes = new HashMap<>();
            for (String name : NAMES) {
                if (random.nextInt(3) == 0) {
                    votes.put(name, random.nextInt(CLASSES.size()));
                }
            }
            inputs.add(input("e" + i, votes));
        }
        return inputs;
    }

    @Test
    void answersAreTheSharesOrTheMajorityOfTheVotesCountedOneByOne() {
        for (Set<String> counted : List.of(Set.copyOf(NAMES), Set.of("ben", "eve"))) {
            String json = counted.size() == 5 ? "" : "[\"ben\",\"eve\"]";
            Labeler shares = labeler(Map.of("annotators", json));
            Labeler majority = labeler(Map.of("annotators", json, "method", "majority"));
            for (LabelerInput input : inputs()) {
                // independently: the list of classes voted for
                List<Integer> cast = new ArrayList<>();
                input.example()
                        .getVotes()
                        .forEach(
                                (name, vote) ->
                                        cast.addAll(
                                                counted.contains(name)
                                                        ? List.of(vote)
                                                        : List.of()));
                float[] share = shares.label(List.of(input)).get(0);
                float[] one = majority.label(List.of(input)).get(0);
                if (cast.isEmpty()) {
                    assertEquals(0, share.length);
                    assertEquals(0, one.length);
                    continue;
                }
                int winner = -1;
                for (int k = 0; k < CLASSES.size(); k++) {
                    int own = k;
                    long votes = cast.stream().filter(vote -> vote == own).count();
                    assertEquals((double) votes / cast.size(), share[k], 1e-6);
                    int best = winner;
                    winner =
                            winner < 0 || votes > cast.stream().filter(v -> v == best).count()
                                    ? k
                                    : winner;
                }
                float[] expected = new float[CLASSES.size()];
                expected[winner] = 1;
                assertArrayEquals(expected, one);
            }
        }
    }

    @Test
    void ofATieTheLowestClassWinsAndOptionsAreCountedAsClassesAre() {
        LabelerInput tie = input("x", Map.of("anna", 2, "ben", 1));
        float[] lowest = {0, 1, 0};
        assertArrayEquals(lowest, labeler(Map.of("method", "majority")).label(List.of(tie)).get(0));
        Example choice =
                Example.newBuilder(Events.choice("c", Split.STUDENT, "a", "b"))
                        .setVotes(Map.of("anna", 1, "ben", 1, "cleo", 0, "dan", 1))
                        .build();
        Labeler options = new CrowdFactory().create(List.of(), Map.of());
        float[] shares = {.25f, .75f};
        assertArrayEquals(shares, options.label(List.of(LabelerInput.of(choice))).get(0));
    }

    @Test
    void wrongParametersAreNamed() {
        refused(Map.of("annotators", "[]"), "annotators: found []");
        refused(Map.of("annotators", "anna"), "annotators: found anna, expected a list");
        refused(Map.of("annotators", "[\"a\",\"a\"]"), "different names");
        refused(Map.of("annotators", "[\"\"]"), "different names");
        refused(Map.of("method", "mean"), "majority");
    }

    private static void refused(Map<String, String> parameters, String part) {
        var e = assertThrows(IllegalArgumentException.class, () -> labeler(parameters));
        assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    private static Labeler labeler(Map<String, String> parameters) {
        return new CrowdFactory().create(CLASSES, parameters);
    }

    private static LabelerInput input(String id, Map<String, Integer> votes) {
        return LabelerInput.of(
                Example.newBuilder(EventFactory.example(id, Split.STUDENT, "text", 1))
                        .setVotes(votes)
                        .build());
    }
}
