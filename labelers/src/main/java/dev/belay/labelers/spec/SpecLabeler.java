package dev.belay.labelers.spec;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
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
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Labels the STUDENT examples by the current version of a spec. Of a labeler that reads another one
 * the input is that one's labels, each of which holds its example.
 */
final class SpecLabeler implements ExampleLabeler {
    private final Supplier<LabelerSpec> current;
    private LabelerSpec labelling;
    private @Nullable Labeler open;
    private @Nullable LabelerSpec opened;

    /**
     * @param current the newest version; its id and its sources stay
     */
    SpecLabeler(Supplier<LabelerSpec> current) {
        this.current = current;
        this.labelling = current.get();
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        labelling = current.get();
        return false;
    }

    @Override
    public @Nullable LabelerInput read(RecordReader reader, ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        if (labelling.getSources().isEmpty()) {
            return ExampleLabeler.super.read(reader, record);
        }
        String source = labelling.getSources().get(0);
        Label label = reader.label(record, source, labelling.getClasses().size());
        return label == null
                ? null
                : new LabelerInput(
                        label.getExample(),
                        Map.of(
                                source,
                                new GivenLabel(
                                        label.getCheckpoint(), RecordReader.distribution(label))));
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        return input.example().getSplit() == Split.STUDENT ? Answer.YES : Answer.NEVER;
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        if (inputs.isEmpty()) {
            return new Rows<>(List.of(), new TreeMap<>());
        }
        long version = labelling.getVersion();
        List<GivenLabel> labels =
                labeler().label(inputs).stream()
                        .map(distribution -> new GivenLabel(version, distribution))
                        .toList();
        return new Rows<>(labels, new TreeMap<>());
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    private Labeler labeler() {
        if (open == null || !labelling.equals(opened)) {
            close();
            if (labelling.getSources().size() > 1) {
                throw new LabelerException(
                        "%s reads %s, expected at most one labeler"
                                .formatted(labelling.getId(), labelling.getSources()));
            }
            open = Labelers.open(labelling);
            opened = labelling;
        }
        return Objects.requireNonNull(open);
    }
}
