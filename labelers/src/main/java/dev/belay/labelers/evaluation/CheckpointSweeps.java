package dev.belay.labelers.evaluation;

import dev.belay.labelers.prediction.Predictor;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.RecordReader;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The sweeps that {@code belay.checkpoints} ask for: one for each checkpoint that is due.
 *
 * @param compared whether a model is one that others are compared with for as long as they learn
 * @param lasting the checkpoints of events in some partitions that may be lasting
 */
record CheckpointSweeps(
        Specs specs,
        Predictors predictors,
        RecordReader reader,
        Predicate<String> compared,
        Function<IntPredicate, List<Checkpoint>> lasting)
        implements SweepRequests {
    @Override
    public @Nullable Request of(ConsumerRecord<byte[], byte[]> event) throws BadRecordException {
        Checkpoint checkpoint = reader.checkpoint(event);
        ModelSpec spec = specs.of(checkpoint.getModel());
        if (spec != null) {
            return request(spec, checkpoint);
        }
        if (!specs.isStopped(checkpoint.getModel())) {
            throw new BadRecordException("no spec of its model " + checkpoint.getModel());
        }
        return null;
    }

    @Override
    public List<Request> lasting(IntPredicate partitions) {
        List<Request> requests = new ArrayList<>();
        for (Checkpoint checkpoint : lasting.apply(partitions)) {
            ModelSpec spec =
                    compared.test(checkpoint.getModel()) ? specs.of(checkpoint.getModel()) : null;
            if (spec != null
                    && SweepSchedule.isDue(spec, checkpoint)
                    && SweepSchedule.isLasting(spec, checkpoint)) {
                requests.add(request(spec, checkpoint));
            }
        }
        return requests;
    }

    private Request request(ModelSpec spec, Checkpoint checkpoint) {
        return new Request(
                spec,
                spec.getTask(),
                checkpoint.getNumber(),
                checkpoint.getEventTimeMs(),
                SweepSchedule.isDue(spec, checkpoint),
                compared.test(spec.getId()) && SweepSchedule.isLasting(spec, checkpoint),
                holdout -> true,
                () -> new ByModel(predictors.open(spec, checkpoint)));
    }

    @Override
    public boolean isWanted(ModelSpec spec) {
        return specs.of(spec.getId()) != null;
    }

    private record ByModel(Predictor predictor) implements SweepPredictor {
        @Override
        public Rows<float[]> predict(List<Holdout.Row> rows) {
            return predictor.predict(rows.stream().map(Holdout.Row::input).toList());
        }

        @Override
        public void close() {
            predictor.close();
        }
    }
}
