package dev.belay.trainers.learning;

import dev.belay.models.Rng;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.HashingEncoder;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import dev.belay.trainers.methods.Methods;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Models and examples of the learner's tests. */
final class LearnerCases {
    record Case(ModelSpec spec, Encoder encoder) {
        Networks networks() {
            return LearnerCases.networks(encoder);
        }

        @Override
        public String toString() {
            return spec.getEncoderName() + " " + spec.getHead() + " " + Methods.lossMethod(spec);
        }
    }

    private LearnerCases() {}

    static List<Case> cases() {
        var mlp = new Head(HeadKind.MLP, 16);
        var hard = new Loss(LossKind.CROSS_ENTROPY, true, 0.5, 0.2, 1000L);
        return List.of(
                fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0),
                fake(mlp, Specs.confidence(0.75), 2, 700),
                fake(mlp, Specs.confidence(0.5), 4, 0),
                fake(Specs.LINEAR, hard, 3, 700),
                one(fake(Specs.LINEAR, Specs.confidence(0.75), 2, 700)),
                selecting(fake(Specs.LINEAR, Specs.confidence(0.75), 3, 700)),
                method(
                        selecting(fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 700)),
                        "confidence",
                        Map.of("warm-up", "evidence", "alpha", "0.75 to 0.5")),
                cutting(fake(Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 700)),
                method(
                        fake(mlp, Specs.CROSS_ENTROPY, 3, 0),
                        "adaptive-confidence",
                        Map.of("temperature", "2 to 1 over 500")),
                new Case(
                        Specs.of("hashing", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 700, 3),
                        new HashingEncoder("hashing", 1)));
    }

    static Networks networks(Encoder encoder) {
        return new Networks(ref -> encoder, Device.CPU);
    }

    static Case fake(Head head, Loss loss, int classes, long budget) {
        return new Case(Specs.of("fake", head, loss, classes, budget, 3), new FakeEncoder(24));
    }

    /** The same with a selector and a stopping rule that have a state. */
    private static Case selecting(Case c) {
        ModelSpec spec =
                ModelSpec.newBuilder(selecting(c.spec, Map.of()))
                        .setStopping(new Method("agreed-twice", Map.of()))
                        .build();
        return new Case(spec, c.encoder);
    }

    /** The same with Belay's own selector and stopping rule with a state. */
    private static Case cutting(Case c) {
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec)
                        .setSelector(new Method("cut-statistic", Map.of("reservoir", "150")))
                        .setStopping(new Method("agreement", Map.of("window", "2")))
                        .build();
        return new Case(spec, c.encoder);
    }

    /** The same with another loss. */
    private static Case method(Case c, String loss, Map<String, String> parameters) {
        ModelSpec spec =
                ModelSpec.newBuilder(c.spec).setLossMethod(new Method(loss, parameters)).build();
        return new Case(spec, c.encoder);
    }

    /** The same with batches of one. */
    private static Case one(Case c) {
        return new Case(ModelSpec.newBuilder(c.spec).setBatchSize(1).build(), c.encoder);
    }

    static ModelSpec selecting(ModelSpec spec, Map<String, String> parameters) {
        return ModelSpec.newBuilder(spec)
                .setSelector(new Method("every-third", parameters))
                .build();
    }

    /** Examples whose text begins with their class, labelled softly, cut into micro-epochs. */
    static List<List<LabelledExample>> epochs(ModelSpec spec, int count) {
        int classes = spec.getClasses().size();
        var random = new Rng(11);
        var epochs = new ArrayList<List<LabelledExample>>();
        for (int i = 0; i < count; i++) {
            if (i % spec.getMicroEpoch() == 0) epochs.add(new ArrayList<>());
            int truth = random.nextInt(classes);
            float[] label = new float[classes];
            Arrays.fill(label, 0.2f / classes);
            label[truth] += 0.8f;
            String text = truth + " text " + i + (i % 7 == 0 ? " größe 世界" : "");
            epochs.get(epochs.size() - 1)
                    .add(new LabelledExample("id-" + i, Input.of(text), i, label));
        }
        return epochs;
    }

    /** The same example, with an abstention as its label. */
    static LabelledExample abstained(LabelledExample example) {
        return new LabelledExample(
                example.id(), example.input(), example.eventTimeMs(), new float[0]);
    }
}
