package dev.belay.labelers.rules;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Labels a text by rules: each that is found in it votes for its class. Abstains where none is
 * found.
 *
 * @param classes number of classes
 * @param rules in order
 * @param combine how votes become a distribution
 */
record RulesLabeler(int classes, List<Rule> rules, Combine combine) implements Labeler {
    /** A pattern that is searched in the text, and the class for which it votes. */
    record Rule(int label, Pattern pattern) {}

    /** How votes become a distribution. */
    enum Combine {
        /** Probability 1 for the class of the first rule that is found. */
        FIRST,
        /** Votes for a class / all votes. */
        MAJORITY
    }

    RulesLabeler {
        rules = List.copyOf(rules);
    }

    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> label(input.example().getText())).toList();
    }

    private float[] label(String text) {
        float[] votes = new float[classes];
        int all = 0;
        for (Rule rule : rules) {
            if (rule.pattern().matcher(text).find()) {
                votes[rule.label()]++;
                all++;
                if (combine == Combine.FIRST) {
                    break;
                }
            }
        }
        if (all == 0) {
            return ABSTAINED;
        }
        for (int k = 0; k < classes; k++) {
            votes[k] /= all;
        }
        return votes;
    }
}
