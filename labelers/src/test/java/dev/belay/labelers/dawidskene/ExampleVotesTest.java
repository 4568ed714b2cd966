package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExampleVotesTest {
    @Test
    void theVoteOfADistributionIsItsMostProbableClassTheLowestOfEqualOnes() {
        assertEquals(1, ExampleVotes.vote(new float[] {.2f, .5f, .3f}, 3));
        assertEquals(0, ExampleVotes.vote(new float[] {.4f, .4f, .2f}, 3));
        assertEquals(3, ExampleVotes.vote(new float[0], 3));
        assertThrows(
                IllegalArgumentException.class, () -> ExampleVotes.vote(new float[] {.5f, .5f}, 3));
    }

    @Test
    void aSourceWithoutVoteIsNotAmongThem() {
        TreeMap<Integer, float[]> some =
                new TreeMap<>(Map.of(4, new float[0], 1, new float[] {.1f, .9f}));
        ExampleVotes expected = new ExampleVotes(new int[] {1, 4}, new int[] {1, 2});
        assertEquals(expected, ExampleVotes.of(some, 2));
        assertEquals(
                new ExampleVotes(new int[] {0, 1}, new int[] {2, 0}),
                ExampleVotes.of(List.of(new float[0], new float[] {.6f, .4f}), 2));
    }

    @Test
    void annotatorsAreSourcesInTheOrderOfTheList() {
        Map<String, Integer> votes = Map.of("cleo", 1, "anna", 0, "unknown", 2);
        assertEquals(
                new ExampleVotes(new int[] {0, 2}, new int[] {1, 0}),
                ExampleVotes.of(votes, List.of("cleo", "ben", "anna")));
        assertEquals(
                new ExampleVotes(new int[0], new int[0]), ExampleVotes.of(votes, List.of("ben")));
    }

    @Test
    void sourcesThatAreNotAscendingAreRefused() {
        int[] votes = {0, 0};
        for (int[] sources : new int[][] {{1, 0}, {1, 1}, {-1, 0}, {0}}) {
            assertThrows(IllegalArgumentException.class, () -> new ExampleVotes(sources, votes));
        }
    }
}
