package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Examples/s of a trainer whose features are cached, from the first label it reads to the last
 * commit, beside DJL alone over the same rows in memory with equally many gradient steps.
 */
final class TrainingSpeed {
    static final int MICRO_EPOCH = 4096;
    private static final int REPLAY_MEMORY = 2048;
    private static final String TASK = "bench-speed";

    /** Above this it has not learned: the teacher's labels have an entropy of about .5 nats. */
    private static final double LOSS_OF_NO_LEARNER = 0.69;

    private final Clients clients;
    private final Stage stage;
    private final TrainingBed bed;
    private final TrainingData data;
    private final BareTraining bare;
    private Map<String, Total> warm = Map.of();

    /** Of a timer. */
    private record Total(double ms, long count) {}

    TrainingSpeed(Clients clients, TrainingBed bed, int examples) {
        this.clients = clients;
        this.stage = new Stage(clients);
        this.bed = bed;
        this.data = TrainingData.of(bed.table(), examples);
        this.bare =
                new BareTraining(
                        data.features(), data.labels(), MICRO_EPOCH, REPLAY_MEMORY, Stage.HIDDEN);
    }

    Rounds run(int rounds, Consumer<String> progress) {
        stage.task(TASK, List.of(ModelId.TRUTH));
        stage.labels(TASK, data.texts(), data.labels());
        try (ServiceGroup trainer = bed.trainer(clients);
                CheckpointFollower finish = new CheckpointFollower(clients)) {
            belay(trainer, finish, rounds); // both warm up
            bare(rounds);
            warm = totals();
            return Rounds.run(rounds, round -> belay(trainer, finish, round), this::bare, progress);
        }
    }

    /**
     * Mean milliseconds of each phase of a micro-epoch over the rounds, as the trainer measures
     * them.
     */
    Map<String, Double> phases() {
        Map<String, Double> phases = new TreeMap<>();
        totals().forEach(
                        (phase, total) -> {
                            Total before = warm.getOrDefault(phase, new Total(0, 0));
                            double ms = total.ms() - before.ms();
                            phases.put(phase, ms / (total.count() - before.count()));
                        });
        return phases;
    }

    private Map<String, Total> totals() {
        Map<String, Total> totals = new TreeMap<>();
        for (Timer timer : clients.meters().find("belay.trainer.phase").timers()) {
            var total = new Total(timer.totalTime(TimeUnit.MILLISECONDS), timer.count());
            totals.put(String.valueOf(timer.getId().getTag("phase")), total);
        }
        return totals;
    }

    private double belay(ServiceGroup trainer, CheckpointFollower finish, int round) {
        ModelSpec spec =
                Stage.spec("mlp", round, TASK, TableEncoder.NAME)
                        .setBudget(data.texts().size())
                        .setMicroEpoch(MICRO_EPOCH)
                        .setReplayMemory(REPLAY_MEMORY)
                        .build();
        bed.begun().set(0);
        stage.publish(List.of(spec));
        long end = finish.await(List.of(spec.getId()), trainer, checkpoint -> {});
        return data.texts().size() / ((end - bed.begun().get()) / 1e9);
    }

    private double bare(int round) {
        long begin = System.nanoTime();
        double loss = bare.run(round);
        long end = System.nanoTime();
        if (!(loss < LOSS_OF_NO_LEARNER))
            throw new IllegalStateException(
                    "the bare loop ended with a loss of "
                            + loss
                            + ", expected less than "
                            + LOSS_OF_NO_LEARNER
                            + ": it has not learned");
        return data.texts().size() / ((end - begin) / 1e9);
    }
}
