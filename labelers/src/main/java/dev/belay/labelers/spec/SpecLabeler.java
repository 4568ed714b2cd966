package dev.belay.labelers.spec;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.api.VoteRule;
import dev.belay.labelers.labeling.ExampleLabeler;
import dev.belay.labelers.labeling.Learned;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.TransactionBatch;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private final VoteLog votes;
    private final @Nullable SourceLabels sources;
    private final List<Decision> decided = new ArrayList<>(); // one an example to judge
    private long waiting = Long.MIN_VALUE; // the version that has these
    private long delayMs;
    private @Nullable VoteRule voteRule;
    private @Nullable Labeler open;
    private @Nullable LabelerSpec opened;
    private Learned learned = Learned.NOTHING;

    /**
     * What was decided of an example.
     *
     * @param votes null: those that came with it
     */
    private record Decision(LabelerSpec version, @Nullable Map<String, Integer> votes) {}

    /**
     * @param current the newest version; its id and its sources stay
     * @param time of the examples; this closes it
     * @param votes on the examples; this closes it
     * @param sources labels of those that it reads; null if it reads none
     */
    SpecLabeler(
            Supplier<LabelerSpec> current,
            Wanted.Resources resources,
            StreamTime time,
            VoteLog votes,
            @Nullable SourceLabels sources) {
        this.resources = resources;
        this.versions = new SpecVersions(current, resources);
        this.time = time;
        this.votes = votes;
        this.ends = resources.ends().apply(null);
        this.sources = sources;
    }

    @Override
    public boolean follow(Set<Integer> partitions) {
        versions.follow();
        decided.clear();
        boolean later = time.follow(partitions);
        boolean cast = votes.follow(partitions);
        return (sources != null && sources.follow(partitions)) || later || cast;
    }

    @Override
    public Answer answer(int partition, LabelerInput input, long timeMs) {
        if (input.example().getSplit() != Split.STUDENT) {
            return Answer.NEVER;
        }
        long offset = resources.inbox().queue(partition).element().offset();
        LabelerSpec version = versions.at(partition, offset);
        readWaits(version);
        // both asked before the sources, which drop what they have answered
        if (isDelayed(partition, offset, timeMs)) {
            return Answer.WAIT;
        }
        Map<String, Integer> cast = null;
        if (voteRule != null) {
            cast = votes.of(partition, input, timeMs, voteRule);
            if (cast == null) {
                return Answer.WAIT;
            }
        }
        Answer answer =
                sources == null ? Answer.YES : sources.answer(partition, input.example().getId());
        if (answer == Answer.YES) {
            versions.labels(partition, offset);
            decided.add(new Decision(version, cast));
        }
        return answer;
    }

    private void readWaits(LabelerSpec version) {
        if (version.getVersion() != waiting) {
            delayMs = Labelers.delayMs(version);
            voteRule = Labelers.voteRule(version);
            waiting = version.getVersion();
        }
    }

    private boolean isDelayed(int partition, long offset, long timeMs) {
        return delayMs > 0
                && !time.hasPassed(partition, offset, timeMs + delayMs)
                // no record will come that could pass it; those in memory may not reach the end
                && !ends.passed(resources.topics().input(), partition, Long.MAX_VALUE);
    }

    @Override
    public Rows<GivenLabel> judge(List<LabelerInput> inputs) {
        List<LabelerInput> whole = new ArrayList<>(sources == null ? inputs : sources.join(inputs));
        for (int i = 0; i < whole.size(); i++) {
            Map<String, Integer> cast = decided.get(i).votes();
            if (cast != null) {
                LabelerInput input = whole.get(i);
                whole.set(i, new LabelerInput(input.example(), input.sources(), cast));
            }
        }
        List<GivenLabel> labels = new ArrayList<>(inputs.size());
        int from = 0;
        while (from < whole.size()) {
            LabelerSpec version = decided.get(from).version();
            int to = from + 1;
            while (to < whole.size()
                    && decided.get(to).version().getVersion() == version.getVersion()) {
                to++;
            }
            label(version, whole.subList(from, to), labels);
            from = to;
        }
        return new Rows<>(labels, new TreeMap<>());
    }

    private void label(LabelerSpec version, List<LabelerInput> inputs, List<GivenLabel> labels) {
        Labeler labeler = labeler(version);
        List<float[]> answers =
                labeler instanceof LearningLabeler learning
                        ? learning.learn(inputs)
                        : labeler.label(inputs);
        boolean keepsVotes = Labelers.keepsVotes(version);
        for (int i = 0; i < answers.size(); i++) {
            LabelerInput input = inputs.get(i);
            float[] answer = answers.get(i);
            labels.add(
                    new GivenLabel(
                            version.getVersion(),
                            answer,
                            sourceVotes(input),
                            keepsVotes,
                            labeler.changedFrom(input, answer)));
        }
    }

    private List<float[]> sourceVotes(LabelerInput input) {
        List<float[]> votes = new ArrayList<>();
        for (String source : sources()) {
            GivenLabel vote = input.sources().get(source);
            votes.add(vote == null ? Labeler.ABSTAINED : vote.distribution());
        }
        return votes;
    }

    @Override
    public Learned learned() {
        if (open instanceof LearningLabeler learning && opened != null) {
            learned = new Learned(opened.getVersion(), learning.state());
        }
        return learned;
    }

    @Override
    public void restore(Learned before) {
        closeLabeler(); // opened again, by the version that is due
        learned = before;
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
        votes.contribute(batch);
        if (sources != null) {
            sources.contribute(batch);
        }
    }

    @Override
    public void rewind() {
        versions.rewind();
        votes.rewind();
        if (sources != null) {
            sources.rewind();
        }
    }

    @Override
    public void close() {
        try (time;
                votes) {
            if (sources != null) {
                sources.close();
            }
            closeLabeler();
        }
    }

    private Labeler labeler(LabelerSpec version) {
        if (open == null || !version.equals(opened)) {
            closeLabeler();
            Labeler labeler = Labelers.open(version);
            if (labeler instanceof LearningLabeler learning
                    && learned.version() == version.getVersion()) {
                learning.restore(learned.state());
            }
            open = labeler;
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
