package dev.belay.labelers.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.Distributions;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for each kind of labeler, whatever it says: the contract of the package. */
public abstract class LabelerContract {
    protected static final List<String> CLASSES = List.of("no", "yes", "unsure");

    /** The kind, as experiment files name it. */
    protected abstract String kind();

    /**
     * Parameters with which it labels some of {@link #inputs} and, if it can, abstains from some.
     */
    protected abstract Map<String, String> parameters();

    /** Ids of the labelers that {@link #inputs} have labels of. */
    protected List<String> sources() {
        return List.of();
    }

    /** Some thirty inputs on which answers differ. */
    protected abstract List<LabelerInput> inputs();

    @Test
    void isFoundByItsKindAndRefusesAnUnknownParameterByName() {
        assertTrue(Labelers.kinds().contains(kind()));
        Labelers.check(kind(), CLASSES, parameters(), sources().size());
        Map<String, String> more = new TreeMap<>(parameters());
        more.put("no-such-key", "1");
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Labelers.check(kind(), CLASSES, more, sources().size()));
        assertTrue(String.valueOf(refused.getMessage()).contains("no-such-key"));
    }

    @Test
    void anAnswerIsADistributionOrAnAbstentionAndDependsOnItsInputOnly() {
        List<LabelerInput> inputs = inputs();
        List<float[]> answers = label(inputs);
        assertEquals(inputs.size(), answers.size());
        for (float[] answer : answers) {
            assertNull(Distributions.problem(answer, answer.length == 0, CLASSES.size()));
        }
        assertTrue(
                answers.stream().map(a -> List.of(boxed(a))).distinct().count() > 1,
                "all the same");
        // in another order, in parts, again, and by another labeler of the same parameters
        List<Integer> order = new ArrayList<>(IntStream.range(0, inputs.size()).boxed().toList());
        Collections.shuffle(order, new Random(1));
        try (Labeler labeler = create()) {
            for (int from = 0; from < order.size(); from += 7) {
                List<Integer> part = order.subList(from, Math.min(from + 7, order.size()));
                List<float[]> again = labeler.label(part.stream().map(inputs::get).toList());
                for (int i = 0; i < part.size(); i++) {
                    assertArrayEquals(answers.get(part.get(i)), again.get(i));
                }
            }
        }
    }

    /** An input that is a text alone. */
    public static LabelerInput text(String text) {
        return LabelerInput.of(
                EventFactory.example("id-" + text.hashCode(), Split.STUDENT, text, 1));
    }

    private List<float[]> label(List<LabelerInput> inputs) {
        try (Labeler labeler = create()) {
            return labeler.label(inputs);
        }
    }

    private Labeler create() {
        return Labelers.open(
                LabelerSpec.newBuilder(SpecEvents.spec(kind(), CLASSES, parameters(), 0))
                        .setSources(sources())
                        .build());
    }

    private static Float[] boxed(float[] row) {
        Float[] boxed = new Float[row.length];
        for (int k = 0; k < row.length; k++) {
            boxed[k] = row[k];
        }
        return boxed;
    }
}
