package dev.belay.labelers.dawidskene;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Labels by an estimator's posterior. The settings' sources are ids of labelers; one that has no
 * label for an example is not among its votes.
 */
final class DawidSkeneLabeler implements LearningLabeler {
    private final DawidSkeneSettings settings;
    private DawidSkene estimator;

    DawidSkeneLabeler(DawidSkeneSettings settings) {
        this.settings = settings;
        this.estimator = new DawidSkene(settings);
    }

    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> answer(input, false)).toList();
    }

    @Override
    public List<float[]> learn(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> answer(input, true)).toList();
    }

    @Override
    public byte[] state() {
        return estimator.toBytes();
    }

    @Override
    public void restore(byte[] state) {
        estimator = DawidSkene.fromBytes(settings, state);
    }

    private float[] answer(LabelerInput input, boolean learns) {
        SortedMap<Integer, float[]> votes = new TreeMap<>();
        boolean all = settings.abstentions() == Abstentions.OUTCOME;
        boolean any = false;
        for (int s = 0; s < settings.sources().size(); s++) {
            GivenLabel label = input.sources().get(settings.sources().get(s));
            if (label != null) {
                votes.put(s, label.distribution());
                any |= all || !label.abstained();
            }
        }
        if (!any) {
            return ABSTAINED;
        }
        ExampleVotes example = ExampleVotes.of(votes, settings.classes());
        return learns ? estimator.update(example) : estimator.label(example);
    }
}
