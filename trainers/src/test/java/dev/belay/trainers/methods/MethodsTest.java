package dev.belay.trainers.methods;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.loss.Batch;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.LossFunction;
import dev.belay.models.loss.Window;
import dev.belay.plugins.Configured;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MethodsTest {
    private static final ModelSpec SPEC =
            Specs.of("hashing", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 100, 3);

    @Test
    void whatTheLastReleaseCouldWriteIsWrittenAsItWas() {
        var written =
                Map.of(
                        loss("cross-entropy", Map.of()),
                        new Loss(LossKind.CROSS_ENTROPY, false, .5, .2, 1000L),
                        loss("cross-entropy", Map.of("hard", "true")),
                        new Loss(LossKind.CROSS_ENTROPY, true, .5, .2, 1000L),
                        loss("confidence", Map.of("alpha", ".75", "warm-up", "0.1")),
                        new Loss(LossKind.CONFIDENCE, false, .75, .1, 1000L),
                        loss("confidence", Map.of("warm-up-examples", "7")),
                        new Loss(LossKind.CONFIDENCE, false, .5, .2, 7L));
        written.forEach(
                (loss, record) -> {
                    ModelSpec spec = spec(loss);
                    assertEquals(record, spec.getLoss());
                    assertNull(spec.getLossMethod());
                    // and read back as it was
                    Configured<LossFunction> read = Methods.of(spec).loss();
                    assertEquals(loss.plugin().name(), read.plugin().name());
                    assertEquals(loss.parameters().differing(), read.parameters().differing());
                });
        assertEquals(SPEC, spec(loss("cross-entropy", Map.of())));
    }

    @Test
    void otherLossesAreWrittenByNameWithWhatDiffersFromTheDefaults() {
        LossFunction sharp = new Sharp("sharp", 1);
        ModelSpec spec = spec(configured(sharp, Map.of("power", "03.0", "hard", "false")));
        assertEquals(new Method("sharp", Map.of("power", "3.0")), spec.getLossMethod());
        // a parameter that the record of the last release does not have
        ModelSpec more = spec(configured(new Sharp("cross-entropy", 1), Map.of("power", "3")));
        assertEquals(new Method("cross-entropy", Map.of("power", "3.0")), more.getLossMethod());
        assertNull(spec(configured(new Sharp("cross-entropy", 1), Map.of())).getLossMethod());
        // values that its fields can't have
        var evidence = Map.of("alpha", "0.75", "warm-up", "evidence");
        ModelSpec confidence = spec(loss("confidence", evidence));
        assertEquals(new Method("confidence", evidence), confidence.getLossMethod());
        assertEquals(evidence, Methods.of(confidence).loss().parameters().differing());
        var falling = Map.of("alpha", "0.75 to 0.25 over 1000 cosine");
        assertEquals(
                new Method("confidence", falling),
                spec(loss("confidence", falling)).getLossMethod());
    }

    @Test
    void versionsAboveOneAreInTheSpecAndMustBeThoseOfThisProcess() {
        assertEquals(Map.of(), SPEC.getVersions());
        ModelSpec spec = spec(configured(new Sharp("cross-entropy", 2), Map.of()));
        assertEquals(Map.of("loss", 2), spec.getVersions());
        var e = assertThrows(IllegalArgumentException.class, () -> Methods.of(spec));
        assertTrue(
                String.valueOf(e.getMessage()).contains("{loss=2} of its methods, this process"),
                e.getMessage());
    }

    private static ModelSpec spec(Configured<LossFunction> loss) {
        ModelSpec.Builder spec = ModelSpec.newBuilder(SPEC);
        Methods known = Methods.of(SPEC);
        new Methods(loss, known.selector(), known.stopping()).writeTo(spec);
        return spec.build();
    }

    private static Configured<LossFunction> loss(String name, Map<String, String> parameters) {
        return Configured.of(LossFunction.class, name, parameters);
    }

    private static Configured<LossFunction> configured(
            LossFunction loss, Map<String, String> parameters) {
        return new Configured<>(loss, Parameters.of(loss, parameters));
    }

    /** One that no ServiceLoader finds. */
    private record Sharp(String name, int version) implements LossFunction {
        @Override
        public List<Parameter> parameters() {
            return List.of(
                    Parameter.number("power", 2, 1, 9, "of the probabilities"),
                    Parameter.flag("hard", false, "argmax"));
        }

        @Override
        public BatchLoss of(Batch batch, Window window, Parameters parameters) {
            throw new UnsupportedOperationException();
        }
    }
}
