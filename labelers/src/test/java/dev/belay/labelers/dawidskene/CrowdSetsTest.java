package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Accuracies on real votes, in the order of the files. An online label is the one given on arrival,
 * before the example's votes are learned. The settings are the defaults but for what a test names.
 */
class CrowdSetsTest {
    private static final double POINT = 0.01;

    private record Accuracies(double majority, double online, double batch) {}

    private static Accuracies accuracies(CrowdSet set, DawidSkeneSettings settings) {
        DawidSkene estimator = new DawidSkene(settings);
        List<float[]> online = set.votes().stream().map(estimator::update).toList();
        BatchEm.Result batch = BatchEm.run(settings, set.votes());
        Accuracies accuracies =
                new Accuracies(
                        set.accuracy(set::majority),
                        set.accuracy(online::get),
                        set.accuracy(batch::label));
        System.out.printf(
                "%s %s, abstentions %s, class prior %s, warm-up %d: majority %.4f online %.4f batch"
                        + " %.4f%n",
                set.name(),
                settings.model(),
                settings.abstentions(),
                settings.classPrior().isEmpty() ? "learned" : "given",
                settings.warmUp(),
                accuracies.majority(),
                accuracies.online(),
                accuracies.batch());
        return accuracies;
    }

    private static DawidSkeneSettings settings(
            CrowdSet set, Model model, Abstentions abstentions, List<Double> prior, int warmUp) {
        DawidSkeneSettings s = set.settings();
        return new DawidSkeneSettings(
                s.classes(),
                s.sources(),
                model,
                abstentions,
                prior,
                s.smoothing(),
                s.diagonal(),
                s.stepExponent(),
                warmUp);
    }

    private static DawidSkeneSettings oneCoin(CrowdSet set) {
        return settings(set, Model.ONE_COIN, Abstentions.IGNORED, set.settings().classPrior(), 0);
    }

    @Test
    void onlineIsWithinAPointOfBatchOn164Annotators() {
        CrowdSet set = CrowdSet.read("snow2008_rte", 2);
        Accuracies full = accuracies(set, set.settings());
        assertEquals(full.batch(), full.online(), POINT);
        assertTrue(full.online() > full.majority());
        Accuracies coin = accuracies(set, oneCoin(set));
        assertEquals(coin.batch(), coin.online(), POINT);
    }

    @Test
    void onlineIsWithinAPointOfBatchOnThreeLabelsOfTenClasses() {
        CrowdSet set = CrowdSet.read("cifar10n_labels", 10);
        Accuracies full = accuracies(set, set.settings());
        assertEquals(full.batch(), full.online(), POINT);
        assertTrue(full.online() > full.majority());
        Accuracies coin = accuracies(set, oneCoin(set));
        assertEquals(coin.batch(), coin.online(), POINT);
    }

    @Test
    void onlineIsWithinAPointOfBatchOnLabellingFunctions() {
        CrowdSet set = CrowdSet.read("youtube_spam_weak", 2);
        Accuracies full = accuracies(set, set.settings());
        assertEquals(full.batch(), full.online(), POINT);
        assertTrue(full.online() > full.majority() + 0.05);
        accuracies(set, oneCoin(set));
    }

    @Test
    void theOrderOfTheExamplesHardlyMatters() {
        for (String name : List.of("snow2008_rte", "youtube_spam_weak")) {
            CrowdSet set = CrowdSet.read(name, 2);
            double batch = set.accuracy(BatchEm.run(set.settings(), set.votes())::label);
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, set.truth().length).boxed().toList());
            for (int seed = 1; seed <= 8; seed++) {
                Collections.shuffle(order, new Random(seed));
                DawidSkene estimator = new DawidSkene(set.settings());
                float[][] labels = new float[order.size()][];
                order.forEach(i -> labels[i] = estimator.update(set.votes().get(i)));
                assertEquals(batch, set.accuracy(i -> labels[i]), POINT, name + ", seed " + seed);
            }
        }
    }

    @Test
    void withALearnedClassPriorOneClassGetsNearlyAllExamples() {
        CrowdSet set = CrowdSet.read("youtube_spam_weak", 2);
        DawidSkeneSettings learned = settings(set, Model.FULL, Abstentions.IGNORED, List.of(), 0);
        Accuracies collapsed = accuracies(set, learned);
        assertTrue(collapsed.batch() < 0.55);
        assertTrue(collapsed.online() < 0.55);
    }

    @Test
    void abstentionsAsAnOutcomeNeedAWarmUp() {
        CrowdSet set = CrowdSet.read("youtube_spam_weak", 2);
        List<Double> balanced = set.settings().classPrior();
        Accuracies cold =
                accuracies(set, settings(set, Model.FULL, Abstentions.OUTCOME, balanced, 0));
        Accuracies warm =
                accuracies(set, settings(set, Model.FULL, Abstentions.OUTCOME, balanced, 1024));
        assertTrue(cold.online() < 0.6);
        assertEquals(warm.batch(), warm.online(), POINT);
        accuracies(set, settings(set, Model.ONE_COIN, Abstentions.OUTCOME, balanced, 1024));
    }
}
