package com.example.belay;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Labels by the number of words: fewer than {@code below} is the first class, more the second, and
 * of texts with exactly so many it abstains. A baseline: it knows nothing of the words.
 */
public final class TextLength implements LabelerFactory {
    @Override
    public String name() {
        return "text-length";
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> parameters) {
        if (classes.size() != 2 || !parameters.keySet().equals(Set.of("below"))) {
            throw new IllegalArgumentException(
                    "found " + classes + " and " + parameters + ", expected two classes and 'below'");
        }
        int below = Integer.parseInt(parameters.getOrDefault("below", ""));
        return inputs ->
                inputs.stream().map(input -> answer(input.example().getText(), below)).toList();
    }

    private static float[] answer(String text, int below) {
        int words = text.strip().split("\\s+").length;
        if (words == below) return Labeler.ABSTAINED;
        return words < below ? new float[] {1, 0} : new float[] {0, 1};
    }
}
