package dev.belay.labelers.spec;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Labels the STUDENT examples by the current version of a spec. */
final class SpecLabeler implements ExampleLabeler {
    private final Supplier<LabelerSpec> current;
    private final @Nullable SourceLabels sources;
    private LabelerSpec labelling;
    private @Nullable Labeler open;
    private @Nullable LabelerSpec opened;

    /**
     * @param current the newest version; its id and its sources stay
     * @param sources labels of those that it reads; null if it reads none
     */
    SpecLabeler(Supplier<LabelerSpec> current, @Nullable SourceLabels sources) {
        this.current = current;
        this.sources = sources;
        this.labelling = current.get();
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        labelling = current.get();
        return sources != null && sources.follow(partitions);
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        if (input.example().getSplit() != Split.STUDENT) {
            return Answer.NEVER;
        }
        return sources == null ? Answer.YES : sources.answer(partition, input.example().getId());
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        if (inputs.isEmpty()) {
            return new Rows<>(List.of(), new TreeMap<>());
        }
        long version = labelling.getVersion();
        List<LabelerInput> whole = sources == null ? inputs : sources.join(inputs);
        List<float[]> answers = labeler().label(whole);
        boolean votes = Labelers.keepsVotes(labelling);
        List<GivenLabel> labels = new ArrayList<>(answers.size());
        for (int i = 0; i < answers.size(); i++) {
            labels.add(
                    new GivenLabel(
                            version, answers.get(i), votes ? votes(whole.get(i)) : List.of()));
        }
        return new Rows<>(labels, new TreeMap<>());
    }

    private List<float[]> votes(LabelerInput input) {
        List<float[]> votes = new ArrayList<>();
        for (String source : labelling.getSources()) {
            GivenLabel vote = input.sources().get(source);
            votes.add(vote == null ? Labeler.ABSTAINED : vote.distribution());
        }
        return votes;
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void contribute(TransactionBatch batch) {
        if (sources != null) {
            sources.contribute(batch);
        }
    }

    @Override
    public void rewind() {
        if (sources != null) {
            sources.rewind();
        }
    }

    @Override
    public void close() {
        if (sources != null) {
            sources.close();
        }
        closeLabeler();
    }

    private Labeler labeler() {
        if (open == null || !labelling.equals(opened)) {
            closeLabeler();
            open = Labelers.open(labelling);
            opened = labelling;
        }
        return Objects.requireNonNull(open);
    }

    private void closeLabeler() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
