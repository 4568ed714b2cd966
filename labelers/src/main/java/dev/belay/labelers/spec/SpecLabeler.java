package dev.belay.labelers.spec;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.PartitionEnds;
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

/** Labels the STUDENT examples, each by the version of a spec that {@link SpecVersions} decides. */
final class SpecLabeler implements ExampleLabeler {
    private final Wanted.Resources resources;
    private final SpecVersions versions;
    private final StreamTime time;
    private final PartitionEnds ends;
    private final @Nullable SourceLabels sources;
    private final List<LabelerSpec> deciding = new ArrayList<>(); // one an example to judge
    private long delaying = Long.MIN_VALUE; // the version that has this delay
    private long delayMs;
    private @Nullable Labeler open;
    private @Nullable LabelerSpec opened;

    /**
     * @param current the newest version; its id and its sources stay
     * @param time of the examples; this closes it
     * @param sources labels of those that it reads; null if it reads none
     */
    SpecLabeler(
            Supplier<LabelerSpec> current,
            Wanted.Resources resources,
            StreamTime time,
            @Nullable SourceLabels sources) {
        this.resources = resources;
        this.versions = new SpecVersions(current, resources);
        this.time = time;
        this.ends = resources.ends().apply(null);
        this.sources = sources;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        versions.follow();
        deciding.clear();
        boolean more = time.follow(partitions);
        return (sources != null && sources.follow(partitions)) || more;
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        if (input.example().getSplit() != Split.STUDENT) {
            return Answer.NEVER;
        }
        long offset = resources.inbox().queue(partition).element().offset();
        LabelerSpec version = versions.at(partition, offset);
        if (isDelayed(version, partition, offset, timeMs)) {
            return Answer.WAIT; // asked before the sources, which drop what they have answered
        }
        Answer answer =
                sources == null ? Answer.YES : sources.answer(partition, input.example().getId());
        if (answer == Answer.YES) {
            versions.labels(partition, offset);
            deciding.add(version);
        }
        return answer;
    }

    private boolean isDelayed(LabelerSpec version, int partition, long offset, long timeMs) {
        if (version.getVersion() != delaying) {
            delayMs = Labelers.delayMs(version);
            delaying = version.getVersion();
        }
        return delayMs > 0
                && !time.hasPassed(partition, offset, timeMs + delayMs)
                // no record will come that could pass it; those in memory may not reach the end
                && !ends.passed(resources.topics().input(), partition, Long.MAX_VALUE);
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        List<LabelerInput> whole = sources == null ? inputs : sources.join(inputs);
        List<GivenLabel> labels = new ArrayList<>(inputs.size());
        int from = 0;
        while (from < whole.size()) {
            LabelerSpec version = deciding.get(from);
            int to = from + 1;
            while (to < whole.size() && deciding.get(to).getVersion() == version.getVersion()) {
                to++;
            }
            label(version, whole.subList(from, to), labels);
            from = to;
        }
        return new Rows<>(labels, new TreeMap<>());
    }

    private void label(LabelerSpec version, List<LabelerInput> inputs, List<GivenLabel> labels) {
        Labeler labeler = labeler(version);
        List<float[]> answers = labeler.label(inputs);
        boolean keepsVotes = Labelers.keepsVotes(version);
        for (int i = 0; i < answers.size(); i++) {
            LabelerInput input = inputs.get(i);
            float[] answer = answers.get(i);
            labels.add(
                    new GivenLabel(
                            version.getVersion(),
                            answer,
                            votes(input),
                            keepsVotes,
                            labeler.changedFrom(input, answer)));
        }
    }

    private List<float[]> votes(LabelerInput input) {
        List<float[]> votes = new ArrayList<>();
        for (String source : sources()) {
            GivenLabel vote = input.sources().get(source);
            votes.add(vote == null ? Labeler.ABSTAINED : vote.distribution());
        }
        return votes;
    }

    @Override
    public List<String> sources() {
        return sources == null ? List.of() : sources.ids();
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void contribute(TransactionBatch batch) {
        versions.contribute(batch);
        if (sources != null) {
            sources.contribute(batch);
        }
    }

    @Override
    public void rewind() {
        versions.rewind();
        if (sources != null) {
            sources.rewind();
        }
    }

    @Override
    public void close() {
        try (time) {
            if (sources != null) {
                sources.close();
            }
            closeLabeler();
        }
    }

    private Labeler labeler(LabelerSpec version) {
        if (open == null || !version.equals(opened)) {
            closeLabeler();
            open = Labelers.open(version);
            opened = version;
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
