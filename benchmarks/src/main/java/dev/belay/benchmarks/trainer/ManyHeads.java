package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Seconds in which one trainer trains several heads on one stream of labels, and one head on
 * another of equally many texts like these. The encoder is MiniLM, and no text was ever encoded
 * before: reading and encoding are most of the work, and should be done once.
 */
final class ManyHeads {
    static final int HEADS = 8;
    private static final int MICRO_EPOCH = 256;

    private final Clients clients;
    private final Stage stage;
    private final TrainingBed bed;
    private final Texts texts = new Texts(3);
    private final int examples;

    ManyHeads(Clients clients, TrainingBed bed, int examples) {
        this.clients = clients;
        this.stage = new Stage(clients);
        this.bed = bed;
        this.examples = examples;
    }

    Rounds run(int rounds, Consumer<String> progress) {
        try (ServiceGroup trainer = bed.trainer(clients);
                CheckpointFollower finish = new CheckpointFollower(clients)) {
            seconds(trainer, finish, "warm", 1); // loads the encoder
            return Rounds.run(
                    rounds,
                    round -> seconds(trainer, finish, "many" + round, HEADS),
                    round -> seconds(trainer, finish, "one" + round, 1),
                    progress);
        }
    }

    private double seconds(
            ServiceGroup trainer, CheckpointFollower finish, String name, int heads) {
        String task = "bench-heads-" + name;
        stage.task(task, List.of(ModelId.TRUTH));
        List<float[]> labels = new ArrayList<>();
        for (int i = 0; i < examples; i++) labels.add(new float[] {i % 2, 1 - i % 2});
        stage.labels(task, texts.next(examples), labels);
        List<ModelSpec> specs = new ArrayList<>();
        for (int seed = 0; seed < heads; seed++)
            specs.add(
                    Stage.spec(name, seed, task, "minilm")
                            .setBudget(examples)
                            .setMicroEpoch(MICRO_EPOCH)
                            .build());
        bed.begun().set(0);
        stage.publish(specs);
        long end =
                finish.await(
                        specs.stream().map(ModelSpec::getId).toList(), trainer, checkpoint -> {});
        return (end - bed.begun().get()) / 1e9;
    }
}
