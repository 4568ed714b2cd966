package dev.belay.labelers.ensemble;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerContract;
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

/** What holds for each way to combine three labelers. */
abstract class EnsembleContract extends LabelerContract {
    private static final List<String> SOURCES = List.of("exp/a#0@1", "exp/b#0@1", "exp/c#0@1");

    @Override
    protected Map<String, String> parameters() {
        return Map.of();
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
            float[][] rows = new float[3][];
            for (int s = 0; s < 3; s++) {
                float p = random.nextInt(5) / 8f;
                float q = random.nextInt(3) / 8f;
                rows[s] = random.nextInt(4) == 0 ? new float[0] : new float[] {p, q, 1 - p - q};
            }
            inputs.add(input("e" + i, rows));
        }
        return inputs;
    }

    @Test
    void whereAllAbstainItAbstainsAndElseThoseWhoDoHaveNoVote() {
        assertAnswer(new float[0][]);
        assertAnswer(new float[][] {{}, {}, {}});
        float[] only = combined(new float[] {0.25f, 0.5f, 0.25f});
        assertAnswer(new float[][] {{}, {0.25f, 0.5f, 0.25f}, {}}, only);
        assertAnswer(new float[][] {{0.25f, 0.5f, 0.25f}}, only);
    }

    @Test
    void oneSourceIsNoEnsemble() {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Labelers.check(kind(), CLASSES, Map.of(), 1));
        assertEquals(
                "kind '" + kind() + "' reads other labelers: expected 2 or more sources, found 1",
                refused.getMessage());
    }

    @Test
    void ofAChoiceExampleTheOptionsAreCombined() {
        Example example = Events.choice("e", Split.STUDENT, "v", "w", "x", "y");
        float[] only = {0, .25f, 0, .75f};
        Map<String, GivenLabel> labels = new LinkedHashMap<>();
        labels.put(SOURCES.get(0), new GivenLabel(0, only));
        labels.put(SOURCES.get(1), new GivenLabel(0, new float[0]));
        var spec =
                LabelerSpec.newBuilder(SpecEvents.spec(kind(), List.of(), Map.of(), 0))
                        .setSources(SOURCES)
                        .build();
        try (var labeler = Labelers.open(spec)) {
            assertArrayEquals(
                    combined(only),
                    labeler.label(List.of(new LabelerInput(example, labels))).get(0));
        }
    }

    /** What becomes of the only vote. */
    abstract float[] combined(float[] only);

    /** Checks the answer to these distributions of the sources; empty: an abstention. */
    final void assertAnswer(float[][] rows, float... expected) {
        assertAnswer(Map.of(), rows, expected);
    }

    /** The same with parameters. */
    final void assertAnswer(Map<String, String> parameters, float[][] rows, float... expected) {
        try (var labeler =
                Labelers.open(
                        LabelerSpec.newBuilder(SpecEvents.spec(kind(), CLASSES, parameters, 0))
                                .setSources(SOURCES)
                                .build())) {
            assertArrayEquals(expected, labeler.label(List.of(input("e", rows))).get(0));
        }
    }

    private static LabelerInput input(String id, float[][] rows) {
        Map<String, GivenLabel> labels = new LinkedHashMap<>();
        for (int s = 0; s < rows.length; s++) {
            labels.put(SOURCES.get(s), new GivenLabel(s, rows[s]));
        }
        return new LabelerInput(EventFactory.example(id, Split.STUDENT, "text", 1), labels);
    }
}
