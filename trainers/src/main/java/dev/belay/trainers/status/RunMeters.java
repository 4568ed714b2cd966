package dev.belay.trainers.status;

import dev.belay.trainers.learning.MicroEpoch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a model in training: {@code belay.trainer.lag} (labels), {@code .loss} (nats) and
 * {@code .gradient.norm} of the last micro-epoch, {@code .examples} and {@code .checkpoints} so
 * far, each by {@code model}; {@code belay.trainer.phase}, the time of a micro-epoch in each phase.
 * On the training thread: wait (for labels), encode, predict, learn, held (waiting for the commit
 * of the previous one), copy (of the state to be saved). Concurrently with the next one: save,
 * commit.
 */
public final class RunMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final String model;
    private final List<Meter> ours;
    private final Counter examples;
    private final Counter checkpoints;
    private volatile double lag;
    private volatile double loss = Double.NaN;
    private volatile double gradientNorm = Double.NaN;

    public RunMeters(MeterRegistry registry, String model) {
        this.registry = registry;
        this.model = model;
        this.examples = registry.counter("belay.trainer.examples", "model", model);
        this.checkpoints = registry.counter("belay.trainer.checkpoints", "model", model);
        this.ours =
                List.of(
                        gauge("lag", "Labels not learned from yet", m -> m.lag),
                        gauge("loss", "Mean loss of the last micro-epoch, nats", m -> m.loss),
                        gauge(
                                "gradient.norm",
                                "Mean L2 norm of the gradient over the last micro-epoch's steps",
                                m -> m.gradientNorm),
                        examples,
                        checkpoints);
    }

    public void lag(long labels) {
        lag = labels;
    }

    public void learned(MicroEpoch done) {
        loss = done.meanLoss();
        gradientNorm = done.meanGradientNorm();
    }

    public void committed(int examplesMore) {
        examples.increment(examplesMore);
        checkpoints.increment();
    }

    public void time(String phase, long nanos) {
        Timer.builder("belay.trainer.phase")
                .description("Time per micro-epoch by phase")
                .tag("phase", phase)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Removes the meters of the model. */
    @Override
    public void close() {
        ours.forEach(registry::remove);
    }

    private Gauge gauge(String name, String description, ToDoubleFunction<RunMeters> value) {
        return Gauge.builder("belay.trainer." + name, this, value)
                .description(description)
                .tag("model", model)
                .register(registry);
    }
}
