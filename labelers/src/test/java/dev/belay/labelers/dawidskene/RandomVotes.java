package dev.belay.labelers.dawidskene;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Votes of simulated sources, and random settings. */
final class RandomVotes {
    private RandomVotes() {}

    static List<String> names(int sources) {
        return IntStream.range(0, sources).mapToObj(s -> "s" + s).toList();
    }

    /** Settings in which anything that may differ is drawn. */
    static DawidSkeneSettings settings(int classes, int sources, Random random) {
        return new DawidSkeneSettings(
                classes,
                names(sources),
                random.nextBoolean() ? Model.FULL : Model.ONE_COIN,
                random.nextBoolean() ? Abstentions.OUTCOME : Abstentions.IGNORED,
                random.nextBoolean() ? List.of() : Collections.nCopies(classes, 1.0 / classes),
                0.1 + random.nextDouble(),
                0.5 + 3 * random.nextDouble(),
                random.nextBoolean() ? 1 : 0.6 + 0.4 * random.nextDouble(),
                0);
    }

    static DawidSkeneSettings withWarmUp(DawidSkeneSettings settings, int warmUp) {
        return with(settings, settings.stepExponent(), warmUp);
    }

    static DawidSkeneSettings with(DawidSkeneSettings s, double stepExponent, int warmUp) {
        return new DawidSkeneSettings(
                s.classes(),
                s.sources(),
                s.model(),
                s.abstentions(),
                s.classPrior(),
                s.smoothing(),
                s.diagonal(),
                stepExponent,
                warmUp);
    }

    /** Each source is right in 50 to 90 %, abstains in 20 % and has no vote in 30 % of cases. */
    static List<ExampleVotes> draw(int count, int classes, int sources, Random random) {
        double[] accuracies = random.doubles(sources, 0.5, 0.9).toArray();
        List<ExampleVotes> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int truth = random.nextInt(classes);
            TreeMap<Integer, Integer> votes = new TreeMap<>();
            for (int s = 0; s < sources; s++) {
                double what = random.nextDouble();
                boolean right = random.nextDouble() < accuracies[s];
                int vote = right ? truth : random.nextInt(classes);
                if (what > 0.3) {
                    votes.put(s, what > 0.8 ? classes : vote);
                }
            }
            all.add(votes(votes));
        }
        return all;
    }

    static ExampleVotes votes(SortedMap<Integer, Integer> bySource) {
        return new ExampleVotes(
                bySource.keySet().stream().mapToInt(Integer::intValue).toArray(),
                bySource.values().stream().mapToInt(Integer::intValue).toArray());
    }
}
