package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.Memory;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory over many small micro-epochs, sampled ten times. The process holds the broker too, so what
 * it keeps counts.
 */
final class TrainingMemory {
    private static final int MICRO_EPOCH = 64;
    private static final int SAMPLES = 10;
    private static final String TASK = "bench-memory";

    private final Clients clients;
    private final Stage stage;
    private final TrainingBed bed;

    TrainingMemory(Clients clients, TrainingBed bed) {
        this.clients = clients;
        this.stage = new Stage(clients);
        this.bed = bed;
    }

    /**
     * @param microEpochs a multiple of ten
     * @return after each tenth of them
     */
    List<Memory> run(int microEpochs) {
        TrainingData data = TrainingData.of(bed.table(), microEpochs * MICRO_EPOCH);
        stage.task(TASK, List.of(ModelId.TRUTH));
        stage.labels(TASK, data.texts(), data.labels());
        ModelSpec spec =
                Stage.spec("small", 0, TASK, TableEncoder.NAME)
                        .setBudget(data.texts().size())
                        .setMicroEpoch(MICRO_EPOCH)
                        .build();
        List<Memory> samples = new ArrayList<>();
        try (ServiceGroup trainer = bed.trainer(clients);
                CheckpointFollower finish = new CheckpointFollower(clients)) {
            stage.publish(List.of(spec));
            finish.await(
                    List.of(spec.getId()),
                    trainer,
                    checkpoint -> {
                        if (checkpoint.getNumber() % (microEpochs / SAMPLES) == 0)
                            samples.add(Memory.now());
                    });
        }
        return samples;
    }
}
