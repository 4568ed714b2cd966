package dev.belay.labelers.evaluation;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.RecordReader;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The sweeps that {@code belay.labelers} ask for: one for each version of a labeler that answers
 * for an example alone. External labelers publish their own; those that read other labelers are not
 * swept, because the holdout has no labels.
 *
 * @param isStopped whether a labeler's users have stopped it
 */
record LabelerSweeps(Predicate<String> isStopped, RecordReader reader) implements SweepRequests {
    static LabelerSweeps of(LabelerTable table, RecordReader reader) {
        return new LabelerSweeps(table::isStopped, reader);
    }

    @Override
    public @Nullable Request of(ConsumerRecord<byte[], byte[]> event) throws BadRecordException {
        LabelerSpec spec = reader.labeler(event);
        if (spec == null || isStopped.test(spec.getId())) {
            return null;
        }
        if (spec.getVersion() < 0) {
            throw new BadRecordException("version " + spec.getVersion() + ", expected 0 or more");
        }
        boolean isDue = !LabelerSpecs.isExternal(spec) && spec.getSources().isEmpty();
        try {
            return new Request(
                    LabelerSpecs.asModel(spec),
                    spec.getVersion(),
                    spec.getEventTimeMs(),
                    isDue,
                    () -> new ByLabeler(Labelers.open(spec)));
        } catch (IllegalArgumentException e) {
            throw new BadRecordException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public boolean isWanted(ModelSpec spec) {
        return !isStopped.test(spec.getId());
    }

    private record ByLabeler(Labeler labeler) implements SweepPredictor {
        @Override
        public Rows<float[]> predict(List<Holdout.Row> rows) {
            List<LabelerInput> inputs =
                    rows.stream().map(row -> LabelerInput.of(row.example())).toList();
            return new Rows<>(
                    inputs.isEmpty() ? List.of() : labeler.label(inputs), new TreeMap<>());
        }

        @Override
        public void close() {
            labeler.close();
        }
    }
}
