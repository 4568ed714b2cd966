package dev.belay.labelers.ensemble;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerContract;
import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrustTest extends LabelerContract {
    private static final List<String> SOURCES = List.of("exp/bow#0@1", "exp/t#0@1");

    @Override
    protected String kind() {
        return "trust";
    }

    @Override
    protected Map<String, String> parameters() {
        return Map.of("judge", "t");
    }

    @Override
    protected List<String> sources() {
        return SOURCES;
    }

    @Override
    protected List<LabelerInput> inputs() {
        Random random = new Random(5);
        List<LabelerInput> inputs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            float[][] rows = new float[2][];
            for (int s = 0; s < 2; s++) {
                float p = random.nextInt(5) / 8f;
                float q = random.nextInt(3) / 8f;
                rows[s] = random.nextInt(4) == 0 ? new float[0] : new float[] {p, q, 1 - p - q};
            }
            inputs.add(input(EventFactory.example("e" + i, Split.STUDENT, "text", 1), rows));
        }
        return inputs;
    }

    @Test
    void theLabelIsThatOfTheWeakOneAsProbableAsTheJudgeTrustsIt() {
        // τ = ½: (1 + 2·½) / 3 and ½ / 3
        assertAnswer(new float[][] {{.1f, .6f, .3f}, {.25f, .5f, .25f}}, 1 / 6f, 2 / 3f, 1 / 6f);
        assertAnswer(new float[][] {{.4f, .4f, .2f}, {1, 0, 0}}, 1, 0, 0);
    }

    @Test
    void aLabelThatIsNotTrustedAtAllIsStillThatOfTheWeakOne() {
        for (int weak = 0; weak < 3; weak++) {
            float[] vote = new float[3];
            vote[weak] = 1;
            float[] judge = new float[3];
            judge[(weak + 1) % 3] = 1;
            float[] answer = answer(CLASSES, input(example(), new float[][] {vote, judge}));
            int first = 0;
            for (int k = 1; k < 3; k++) {
                first = answer[k] > answer[first] ? k : first;
            }
            assertEquals(weak, first);
        }
    }

    @Test
    void whereOneAbstainsOrHasNoLabelItAbstains() {
        assertAnswer(new float[][] {{}, {1, 0, 0}});
        assertAnswer(new float[][] {{1, 0, 0}, {}});
        assertAnswer(new float[][] {{1, 0, 0}});
    }

    @Test
    void ofAChoiceExampleAnOptionIsTrusted() {
        Example choice = Events.choice("e", Split.STUDENT, "v", "w");
        // τ = ¾: (1 + ¾) / 2
        assertArrayEquals(
                new float[] {.125f, .875f},
                answer(List.of(), input(choice, new float[][] {{.2f, .8f}, {.25f, .75f}})),
                1e-6f);
    }

    @Test
    void withoutJudgeOrWithTwoWeakSourcesItIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> Labelers.check(kind(), CLASSES, Map.of(), 2));
        Map<String, GivenLabel> three = new LinkedHashMap<>();
        for (String name : List.of("a", "b", "t")) {
            three.put("exp/" + name + "#0@1", new GivenLabel(0, new float[] {1, 0, 0}));
        }
        var failure =
                assertThrows(
                        LabelerException.class,
                        () -> answer(CLASSES, new LabelerInput(example(), three)));
        assertTrue(String.valueOf(failure.getMessage()).contains("expected two"));
    }

    private static Example example() {
        return EventFactory.example("e", Split.STUDENT, "text", 1);
    }

    private void assertAnswer(float[][] rows, float... expected) {
        assertArrayEquals(expected, answer(CLASSES, input(example(), rows)), 1e-6f);
    }

    private float[] answer(List<String> classes, LabelerInput input) {
        var spec =
                LabelerSpec.newBuilder(SpecEvents.spec(kind(), classes, parameters(), 0))
                        .setSources(SOURCES)
                        .build();
        try (var labeler = Labelers.open(spec)) {
            return labeler.label(List.of(input)).get(0);
        }
    }

    private static LabelerInput input(Example example, float[][] rows) {
        Map<String, GivenLabel> labels = new LinkedHashMap<>();
        for (int s = 0; s < rows.length; s++) {
            labels.put(SOURCES.get(s), new GivenLabel(s, rows[s]));
        }
        return new LabelerInput(example, labels);
    }
}
