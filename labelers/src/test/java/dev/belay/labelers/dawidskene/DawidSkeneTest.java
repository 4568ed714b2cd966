package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DawidSkeneTest {
    private static final DawidSkeneSettings DEFAULTS =
            new DawidSkeneSettings(2, List.of("a", "b", "c"));

    private static DawidSkeneSettings settings(Model model, Abstentions abstentions) {
        return new DawidSkeneSettings(
                2, DEFAULTS.sources(), model, abstentions, List.of(.5, .5), 1, 4, 1, 0);
    }

    private static ExampleVotes all(int... votes) {
        return new ExampleVotes(new int[] {0, 1, 2}, votes);
    }

    @Test
    void theFirstLabelsFollowFromThePseudoVotes() {
        // 5 of 6 pseudo-votes are right: odds of 5 a vote, so 25 against 5
        DawidSkene estimator = new DawidSkene(DEFAULTS);
        assertArrayEquals(new float[] {1 / 6f, 5 / 6f}, estimator.label(all(1, 1, 0)), 1e-6f);
        assertEquals(0, estimator.examples());
        assertEquals(5.0 / 6, estimator.confusion(2)[1][1], 1e-9);
    }

    @Test
    void withoutVotesTheLabelIsTheClassPrior() {
        ExampleVotes none = new ExampleVotes(new int[0], new int[0]);
        DawidSkene estimator =
                new DawidSkene(
                        new DawidSkeneSettings(
                                2,
                                DEFAULTS.sources(),
                                Model.FULL,
                                Abstentions.IGNORED,
                                List.of(.25, .75),
                                1,
                                4,
                                1,
                                0));
        assertArrayEquals(new float[] {.25f, .75f}, estimator.update(none), 1e-6f);
        assertArrayEquals(new float[] {.25f, .75f}, estimator.update(all(2, 2, 2)), 1e-6f);
        assertEquals(2, estimator.examples());
        assertEquals(0, estimator.votes());
    }

    @Test
    void sourcesThatAgreeWithTheOthersAreBelievedMore() {
        for (Model model : Model.values()) {
            DawidSkene estimator = new DawidSkene(settings(model, Abstentions.OUTCOME));
            Random random = new Random(1);
            for (int i = 0; i < 500; i++) {
                int truth = random.nextInt(2);
                estimator.update(all(truth, truth, random.nextInt(2)));
            }
            assertTrue(estimator.confusion(0)[1][1] > 0.95, "a");
            assertTrue(estimator.confusion(2)[1][1] < 0.6, "c guesses");
            assertTrue(estimator.label(all(0, 0, 1))[0] > 0.99);
            assertEquals(1_500, estimator.votes());
        }
    }

    @Test
    void anAbstentionIsAnOutcomeOrNothing() {
        for (Model model : Model.values()) {
            DawidSkene counted = new DawidSkene(settings(model, Abstentions.OUTCOME));
            DawidSkene ignored = new DawidSkene(settings(model, Abstentions.IGNORED));
            DawidSkene absent = new DawidSkene(settings(model, Abstentions.OUTCOME));
            // Given a source that votes only where the others say 1
            for (int i = 0; i < 200; i++) {
                ExampleVotes votes = i % 2 == 1 ? all(1, 1, 1) : all(0, 0, 2);
                ExampleVotes given =
                        i % 2 == 1 ? votes : new ExampleVotes(new int[] {0, 1}, new int[] {0, 0});
                counted.update(votes);
                ignored.update(votes);
                absent.update(given);
            }
            // Then its silence says 0 where it is an outcome
            ExampleVotes silence = new ExampleVotes(new int[] {2}, new int[] {2});
            assertTrue(counted.label(silence)[0] > 0.95);
            assertEquals(0.5f, ignored.label(silence)[0], 1e-6f);
            assertEquals(0, ignored.confusion(2)[0][2]);
            // and having no vote says nothing
            assertTrue(absent.confusion(2)[0][2] < 0.2);
            assertEquals(500, absent.votes());
            assertEquals(500, ignored.votes());
            assertEquals(600, counted.votes());
        }
    }

    @Test
    void aSourceWithOneVoteOnlyLearnsNothingAboutTheOther() {
        DawidSkene estimator = new DawidSkene(settings(Model.FULL, Abstentions.IGNORED));
        Random random = new Random(2);
        for (int i = 0; i < 1_000; i++) {
            int truth = random.nextInt(2);
            estimator.update(all(truth, truth, 1)); // c says 1 to everything
        }
        float[] label = estimator.label(new ExampleVotes(new int[] {2}, new int[] {1}));
        assertEquals(0.5, label[1], 0.02);
        assertTrue(Float.isFinite(estimator.label(all(0, 0, 0))[0]));
    }

    @Test
    void manyVotesThatContradictEachOtherStayFinite() {
        int sources = 2_000;
        int[] indices = new int[sources];
        Arrays.setAll(indices, s -> s);
        int[] votes = new int[sources];
        Arrays.fill(votes, 0, 999, 1);
        DawidSkene estimator =
                new DawidSkene(new DawidSkeneSettings(2, RandomVotes.names(sources)));
        // 5^999 against 5^1001 would not fit into a double
        float[] label = estimator.update(new ExampleVotes(indices, votes));
        assertArrayEquals(new float[] {25 / 26f, 1 / 26f}, label, 1e-6f);
    }

    @Test
    void afterTheWarmUpTheTablesAreThoseOfBatchEm() {
        List<ExampleVotes> votes = RandomVotes.draw(100, 2, 3, new Random(3));
        DawidSkeneSettings settings = RandomVotes.withWarmUp(DEFAULTS, 100);
        DawidSkene online = new DawidSkene(settings);
        votes.forEach(online::update);
        // When
        DawidSkene swept = DawidSkene.swept(settings, votes);
        BatchEm.Result batch = BatchEm.run(settings, votes);
        // Then
        assertEquals(swept.votes(), online.votes());
        for (int i = 0; i < votes.size(); i++) {
            assertArrayEquals(batch.label(i), swept.label(votes.get(i)), 1e-4f);
            assertArrayEquals(batch.label(i), online.label(votes.get(i)), 1e-2f);
        }
        int size = new DawidSkene(settings).toBytes().length;
        assertEquals(size, online.toBytes().length, "no votes are kept");
        assertEquals(size, swept.toBytes().length);
    }

    @Test
    void votesThatDoNotFitAreRefused() {
        DawidSkene estimator = new DawidSkene(DEFAULTS);
        ExampleVotes vote = all(0, 3, 0);
        assertEquals(
                "found vote 3 of source 'b', expected 0 to 1, or 2 for an abstention",
                assertThrows(IllegalArgumentException.class, () -> estimator.update(vote))
                        .getMessage());
        ExampleVotes source = new ExampleVotes(new int[] {0, 3}, new int[] {0, 0});
        assertEquals(
                "found source 3, expected one of 3",
                assertThrows(IllegalArgumentException.class, () -> estimator.update(source))
                        .getMessage());
        assertEquals(0, estimator.examples());
    }
}
