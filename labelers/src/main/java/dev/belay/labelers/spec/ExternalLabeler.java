package dev.belay.labelers.spec;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.RecordReader;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Copies the labels that another program writes to the predictions, so that they are evaluated as
 * all others: those of STUDENT examples as PROGRESSIVE, those of HOLDOUT examples as a sweep by the
 * checkpoint that the label names. A HOLDOUT label waits until the holdout has ended, because only
 * then the size of the sweep is known.
 */
final class ExternalLabeler implements ExampleLabeler {
    private final LabelerSpec spec;
    private final LongSupplier holdoutRows;
    private volatile long sweepRows = -1;

    /**
     * @param holdoutRows examples of the task's holdout; negative while it has not ended
     */
    ExternalLabeler(LabelerSpec spec, LongSupplier holdoutRows) {
        this.spec = spec;
        this.holdoutRows = holdoutRows;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        sweepRows = holdoutRows.getAsLong();
        return false;
    }

    @Override
    public @Nullable LabelerInput read(RecordReader reader, ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        Label label = reader.label(record, spec.getId(), spec.getClasses().size());
        if (label == null) {
            return null;
        }
        if (label.getExample().getSplit() == Split.SUPERVISOR) {
            throw new BadRecordException(
                    "a label of a SUPERVISOR example, expected STUDENT or HOLDOUT");
        }
        GivenLabel given = new GivenLabel(label.getCheckpoint(), RecordReader.distribution(label));
        return new LabelerInput(label.getExample(), Map.of(spec.getId(), given));
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        return input.example().getSplit() == Split.STUDENT || sweepRows >= 0
                ? Answer.YES
                : Answer.WAIT;
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        List<GivenLabel> labels =
                inputs.stream()
                        .map(input -> Objects.requireNonNull(input.sources().get(spec.getId())))
                        .toList();
        return new Rows<>(labels, new TreeMap<>());
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public boolean isExternal() {
        return true;
    }

    @Override
    public long sweepRows() {
        return Math.max(0, sweepRows);
    }

    @Override
    public void close() {}
}
