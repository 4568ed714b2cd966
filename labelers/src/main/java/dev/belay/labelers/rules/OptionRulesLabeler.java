package dev.belay.labelers.rules;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.rules.RulesLabeler.Combine;
import dev.belay.schemas.events.Option;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Labels a choice example by rules: each shares one vote equally among the options in whose text it
 * is found. A rule found in no option, or in all of them, does not vote. Abstains without votes.
 *
 * @param rules in order
 * @param combine how votes become a distribution
 */
record OptionRulesLabeler(List<Pattern> rules, Combine combine) implements Labeler {
    OptionRulesLabeler {
        rules = List.copyOf(rules);
    }

    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return inputs.stream().map(input -> answer(input.example().getOptions())).toList();
    }

    private float[] answer(List<Option> options) {
        float[] votes = new float[options.size()];
        int all = 0;
        for (Pattern rule : rules) {
            int[] found = found(rule, options);
            if (found.length == 0 || found.length == votes.length) {
                continue;
            }
            for (int option : found) {
                votes[option] += 1f / found.length;
            }
            all++;
            if (combine == Combine.FIRST) {
                break;
            }
        }
        if (all == 0) {
            return ABSTAINED;
        }
        for (int option = 0; option < votes.length; option++) {
            votes[option] /= all;
        }
        return votes;
    }

    private static int[] found(Pattern rule, List<Option> options) {
        Matcher matcher = rule.matcher("");
        return IntStream.range(0, options.size())
                .filter(option -> matcher.reset(options.get(option).getText()).find())
                .toArray();
    }
}
