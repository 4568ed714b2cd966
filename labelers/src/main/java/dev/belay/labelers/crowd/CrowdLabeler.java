package dev.belay.labelers.crowd;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.Distributions;
import java.util.List;
import java.util.Set;

/**
 * Answers with the votes on each example; abstains where none counts.
 *
 * @param annotators whose votes count; empty: those of all
 * @param classes of the task; 0 for choice
 * @param majority whether the class with the most votes gets probability 1, of equal ones the
 *     lowest; else each class gets its share of the votes
 */
record CrowdLabeler(Set<String> annotators, int classes, boolean majority) implements Labeler {
    CrowdLabeler {
        annotators = Set.copyOf(annotators);
    }

    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return inputs.stream().map(this::answer).toList();
    }

    private float[] answer(LabelerInput input) {
        float[] counts = new float[Distributions.size(classes, input.example())];
        int votes = 0;
        for (var vote : input.votes().entrySet()) {
            if (annotators.isEmpty() || annotators.contains(vote.getKey())) {
                counts[vote.getValue()]++;
                votes++;
            }
        }
        if (votes == 0) {
            return ABSTAINED;
        }
        int most = Distributions.best(counts);
        for (int k = 0; k < counts.length; k++) {
            counts[k] = majority ? (k == most ? 1 : 0) : counts[k] / votes;
        }
        return counts;
    }
}
