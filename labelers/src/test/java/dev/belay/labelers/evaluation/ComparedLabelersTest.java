package dev.belay.labelers.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComparedLabelersTest {
    private Map<String, ModelSpec> models = Map.of();
    private Map<String, LabelerSpec> labelers = Map.of();
    private final ComparedLabelers compared = new ComparedLabelers(() -> models, () -> labelers);

    @Test
    void supervisorsAndCeilingsOfEndlessModelsAndWhatTheyReadAndNoOthers() {
        // Given
        model("x/student#0@0", "x/mean#0@0", "x/ceiling#0@0", 1_000);
        model("x/ceiling#0@0", "truth", null, 1_000);
        model("x/bow#0@0", "truth", null, 1_000);
        model("y/of-a-file#0@0", "y/bow#0@0", "y/ceiling#0@0", 0);
        labeler("x/mean#0@0", "x/bow#0@0", "x/vote#0@0");
        labeler("x/vote#0@0", "x/lexicon#0@0");
        labeler("x/unused#0@0", "x/other#0@0");
        // Then
        assertEquals(
                List.of(
                        "truth",
                        "x/bow#0@0",
                        "x/ceiling#0@0",
                        "x/lexicon#0@0",
                        "x/mean#0@0",
                        "x/vote#0@0"),
                Stream.of(
                                "truth",
                                "x/bow#0@0",
                                "x/ceiling#0@0",
                                "x/lexicon#0@0",
                                "x/mean#0@0",
                                "x/other#0@0",
                                "x/student#0@0",
                                "x/unused#0@0",
                                "x/vote#0@0",
                                "y/bow#0@0",
                                "y/ceiling#0@0")
                        .filter(compared::contains)
                        .toList());
    }

    @Test
    void withoutEndlessSourcesThereAreNoneUntilAModelIsAdded() {
        model("y/of-a-file#0@0", "y/bow#0@0", null, 0);
        assertTrue(compared.isEmpty());
        model("x/student#0@0", "y/bow#0@0", null, 1);
        assertFalse(compared.isEmpty());
        assertTrue(compared.contains("y/bow#0@0"));
    }

    private void model(String id, String supervisor, @Nullable String ceiling, long maxWaitMs) {
        models = new HashMap<>(models);
        models.put(
                id,
                ModelSpec.newBuilder(Events.spec(id, supervisor, LabelPolicy.FIRST_READY, 1))
                        .setCeiling(ceiling)
                        .setMaxWaitMs(maxWaitMs)
                        .build());
    }

    private void labeler(String id, String... sources) {
        labelers = new HashMap<>(labelers);
        labelers.put(
                id,
                LabelerSpec.newBuilder(
                                SpecEvents.spec("average", List.of("no", "yes"), Map.of(), 0))
                        .setId(id)
                        .setSources(List.of(sources))
                        .build());
    }
}
