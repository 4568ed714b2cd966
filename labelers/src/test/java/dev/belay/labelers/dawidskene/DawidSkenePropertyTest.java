package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class DawidSkenePropertyTest {
    private static final int[] CLASSES = {2, 3, 10};
    private static final int SOURCES = 5;

    @Property(seed = "101", tries = 60)
    void eachLabelAndTableIsThatOfTheDefinition(@ForAll Random random) {
        int classes = CLASSES[random.nextInt(CLASSES.length)];
        DawidSkeneSettings settings = RandomVotes.settings(classes, SOURCES, random);
        DawidSkene estimator = new DawidSkene(settings);
        Oracle oracle = new Oracle(settings);
        for (ExampleVotes votes : RandomVotes.draw(60, classes, SOURCES, random)) {
            float[] label = estimator.update(votes);
            double[] expected = oracle.update(votes);
            for (int k = 0; k < classes; k++) {
                assertEquals(expected[k], label[k], 1e-6);
            }
        }
        for (int s = 0; s < SOURCES; s++) {
            double[][] confusion = estimator.confusion(s);
            for (int k = 0; k < classes; k++) {
                assertEquals(1, Arrays.stream(confusion[k]).sum(), 1e-9);
                for (int j = 0; j < classes; j++) {
                    assertEquals(oracle.theta(s, k, j), confusion[k][j], 1e-9);
                }
            }
        }
        double[] prior = estimator.classPrior();
        for (int k = 0; k < classes; k++) {
            assertEquals(oracle.prior(k), prior[k], 1e-9);
        }
    }

    @Property(seed = "102", tries = 60)
    void aRunCutAnywhereContinuesBitForBit(@ForAll Random random) {
        int classes = CLASSES[random.nextInt(CLASSES.length)];
        DawidSkeneSettings settings =
                RandomVotes.withWarmUp(
                        RandomVotes.settings(classes, SOURCES, random), random.nextInt(50));
        List<ExampleVotes> all = RandomVotes.draw(60, classes, SOURCES, random);
        int cut = random.nextInt(all.size());
        DawidSkene whole = new DawidSkene(settings);
        all.subList(0, cut).forEach(whole::update);
        byte[] bytes = whole.toBytes();
        // When
        DawidSkene restored = DawidSkene.fromBytes(settings, bytes);
        // Then
        assertArrayEquals(bytes, restored.toBytes());
        for (ExampleVotes votes : all.subList(cut, all.size())) {
            assertArrayEquals(whole.update(votes), restored.update(votes));
        }
        assertArrayEquals(whole.toBytes(), restored.toBytes());
        assertEquals(whole.votes(), restored.votes());
    }

    @Property(seed = "103", tries = 40)
    void permutedSourcesHavePermutedTables(@ForAll Random random) {
        int classes = CLASSES[random.nextInt(CLASSES.length)];
        DawidSkeneSettings settings =
                RandomVotes.withWarmUp(
                        RandomVotes.settings(classes, SOURCES, random), random.nextInt(50));
        List<Integer> to = new ArrayList<>(IntStream.range(0, SOURCES).boxed().toList());
        Collections.shuffle(to, random);
        DawidSkene one = new DawidSkene(settings);
        DawidSkene other = new DawidSkene(settings);
        for (ExampleVotes votes : RandomVotes.draw(60, classes, SOURCES, random)) {
            TreeMap<Integer, Integer> permuted = new TreeMap<>();
            for (int i = 0; i < votes.size(); i++) {
                permuted.put(to.get(votes.sources()[i]), votes.votes()[i]);
            }
            assertArrayEquals(one.update(votes), other.update(RandomVotes.votes(permuted)), 1e-5f);
        }
        for (int s = 0; s < SOURCES; s++) {
            for (int k = 0; k < classes; k++) {
                assertArrayEquals(one.confusion(s)[k], other.confusion(to.get(s))[k], 1e-6);
            }
        }
    }

    @Property(seed = "104", tries = 40)
    void sourcesThatComeLaterCountAsIfTheyHadBeenThere(@ForAll Random random) {
        int classes = CLASSES[random.nextInt(CLASSES.length)];
        DawidSkeneSettings settings =
                RandomVotes.withWarmUp(
                        RandomVotes.settings(classes, SOURCES, random), random.nextInt(50));
        DawidSkene whole = new DawidSkene(settings);
        DawidSkene grown = new DawidSkene(settings.withSources(RandomVotes.names(1)));
        int known = 1;
        for (ExampleVotes votes : RandomVotes.draw(60, classes, SOURCES, random)) {
            int last = votes.size() == 0 ? 0 : votes.sources()[votes.size() - 1];
            if (last >= known) {
                grown = grown.withSources(RandomVotes.names(last + 1).subList(known, last + 1));
                known = last + 1;
            }
            assertArrayEquals(whole.update(votes), grown.update(votes));
        }
        assertArrayEquals(
                whole.toBytes(),
                grown.withSources(RandomVotes.names(SOURCES).subList(known, SOURCES)).toBytes());
    }
}
