package dev.belay.labelers.api;

import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A labeler that reads another one: abstains where that one is in doubt. */
class DoubtfulTest extends LabelerContract {
    @Override
    protected String kind() {
        return "doubtful";
    }

    @Override
    protected Map<String, String> parameters() {
        return Map.of("least", "0.6");
    }

    @Override
    protected List<LabelerInput> inputs() {
        return IntStream.range(0, 30)
                .mapToObj(
                        i -> {
                            float p = i / 30f;
                            var label =
                                    new GivenLabel(
                                            3,
                                            i % 5 == 0
                                                    ? Labeler.ABSTAINED
                                                    : new float[] {p, 1 - p, 0});
                            return new LabelerInput(
                                    EventFactory.example("e" + i, Split.STUDENT, "text", 1),
                                    Map.of("exp/weak#0@1", label));
                        })
                .toList();
    }

    /** Its factory. */
    public static final class Factory implements LabelerFactory {
        @Override
        public String name() {
            return "doubtful";
        }

        @Override
        public Labeler create(List<String> classes, Map<String, String> parameters) {
            if (!parameters.keySet().equals(java.util.Set.of("least"))) {
                throw new IllegalArgumentException("expected 'least', found " + parameters);
            }
            float least = Float.parseFloat(parameters.getOrDefault("least", ""));
            return inputs -> inputs.stream().map(input -> answer(input, least)).toList();
        }

        private static float[] answer(LabelerInput input, float least) {
            GivenLabel read = input.sources().values().iterator().next();
            for (float p : read.distribution()) {
                if (p >= least) {
                    return read.distribution();
                }
            }
            return Labeler.ABSTAINED;
        }
    }
}
