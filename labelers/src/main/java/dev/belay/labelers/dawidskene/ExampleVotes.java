package dev.belay.labelers.dawidskene;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * The votes on one example. A source without a vote is not in it; one that abstained is, with the
 * vote K, the number of classes.
 *
 * @param sources indices of those that voted or abstained, ascending, each once; may be none
 * @param votes the vote of each, 0 to K; neither array is to be written to
 */
public record ExampleVotes(int[] sources, int[] votes) {
    public ExampleVotes {
        if (sources.length != votes.length) {
            throw new IllegalArgumentException(
                    "found %d sources and %d votes, expected as many"
                            .formatted(sources.length, votes.length));
        }
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] < 0 || (i > 0 && sources[i] <= sources[i - 1]) || votes[i] < 0) {
                throw new IllegalArgumentException(
                        "source %d, vote %d in %s: expected ascending sources, votes from 0"
                                .formatted(sources[i], votes[i], Arrays.toString(sources)));
            }
        }
    }

    /**
     * Votes of distributions.
     *
     * @param distributions by source; empty where it abstained
     * @throws IllegalArgumentException when one has neither 0 nor {@code classes} probabilities
     */
    public static ExampleVotes of(SortedMap<Integer, float[]> distributions, int classes) {
        int[] sources = distributions.keySet().stream().mapToInt(Integer::intValue).toArray();
        int[] votes = distributions.values().stream().mapToInt(d -> vote(d, classes)).toArray();
        return new ExampleVotes(sources, votes);
    }

    /** The same where every source voted or abstained, in the order of the sources. */
    public static ExampleVotes of(List<float[]> distributions, int classes) {
        int[] sources = new int[distributions.size()];
        Arrays.setAll(sources, s -> s);
        int[] votes = distributions.stream().mapToInt(d -> vote(d, classes)).toArray();
        return new ExampleVotes(sources, votes);
    }

    /**
     * Votes of annotators; of those that are not in the list none is taken.
     *
     * @param votes the class that each voted for
     * @param annotators the sources, in their order, each once
     */
    public static ExampleVotes of(Map<String, Integer> votes, List<String> annotators) {
        int[] sources =
                IntStream.range(0, annotators.size())
                        .filter(s -> votes.containsKey(annotators.get(s)))
                        .toArray();
        int[] classes =
                Arrays.stream(sources)
                        .map(s -> Objects.requireNonNull(votes.get(annotators.get(s))))
                        .toArray();
        return new ExampleVotes(sources, classes);
    }

    /**
     * The vote of a distribution: its most probable class, the lowest of equal ones; {@code
     * classes} where it is empty. How sure the source is has no effect: a source's own confidence
     * is what the tables are to replace.
     */
    public static int vote(float[] distribution, int classes) {
        if (distribution.length == 0) {
            return classes;
        }
        if (distribution.length != classes) {
            throw new IllegalArgumentException(
                    "found %d probabilities, expected %d, or none of a source that abstained"
                            .formatted(distribution.length, classes));
        }
        int first = 0;
        for (int k = 1; k < classes; k++) {
            first = distribution[k] > distribution[first] ? k : first;
        }
        return first;
    }

    /** Number of sources that voted or abstained. */
    public int size() {
        return sources.length;
    }

    /**
     * Checks them against an estimator's sources and classes.
     *
     * @throws IllegalArgumentException naming the source or vote that is out of range
     */
    void check(DawidSkeneSettings settings) {
        int last = size() == 0 ? -1 : sources[size() - 1];
        if (last >= settings.sources().size()) {
            throw new IllegalArgumentException(
                    "found source %d, expected one of %d"
                            .formatted(last, settings.sources().size()));
        }
        for (int i = 0; i < votes.length; i++) {
            if (votes[i] > settings.classes()) {
                throw new IllegalArgumentException(
                        "found vote %d of source '%s', expected 0 to %d, or %d for an abstention"
                                .formatted(
                                        votes[i],
                                        settings.sources().get(sources[i]),
                                        settings.classes() - 1,
                                        settings.classes()));
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExampleVotes o
                && Arrays.equals(sources, o.sources)
                && Arrays.equals(votes, o.votes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sources) + Arrays.hashCode(votes);
    }

    @Override
    public String toString() {
        return "ExampleVotes[sources=%s, votes=%s]"
                .formatted(Arrays.toString(sources), Arrays.toString(votes));
    }
}
