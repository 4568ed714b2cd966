package dev.belay.labelers.labeling;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.events.SourceVotes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often a source of a labeler voted, alone or with others: integers, so partitions and
 * transactions add up exactly. A vote is its most probable class or option, the lowest of equal
 * ones.
 *
 * @param source its id
 * @param examples that the labeler labelled or abstained on
 * @param covered of these, those on which the source voted
 * @param overlaps of the covered, those on which another source voted too
 * @param conflicts of the covered, those on which another source voted differently
 */
record SourceCounts(String source, long examples, long covered, long overlaps, long conflicts) {
    private static final int NONE = -1;

    /** The counts of each event. */
    static List<SourceCounts> of(List<SourceVotes> events) {
        return events.stream()
                .map(
                        e ->
                                new SourceCounts(
                                        e.getSource(),
                                        e.getExamples(),
                                        e.getCovered(),
                                        e.getOverlaps(),
                                        e.getConflicts()))
                .toList();
    }

    /**
     * Counts the votes of some labels.
     *
     * @param sources ids, in the order of the labels' votes; empty: nothing is counted
     * @return one a source, in the same order
     */
    static List<SourceCounts> of(List<String> sources, List<GivenLabel> labels) {
        int n = sources.size();
        long[] covered = new long[n];
        long[] overlaps = new long[n];
        long[] conflicts = new long[n];
        int[] votes = new int[n];
        for (GivenLabel label : n == 0 ? List.<GivenLabel>of() : labels) {
            for (int s = 0; s < n; s++) {
                votes[s] = Distributions.best(label.votes().get(s)); // NONE of an abstention
            }
            for (int s = 0; s < n; s++) {
                if (votes[s] == NONE) {
                    continue;
                }
                boolean together = false;
                boolean against = false;
                for (int other = 0; other < n; other++) {
                    together |= other != s && votes[other] != NONE;
                    against |= votes[other] != NONE && votes[other] != votes[s];
                }
                covered[s]++;
                overlaps[s] += together ? 1 : 0;
                conflicts[s] += against ? 1 : 0;
            }
        }
        List<SourceCounts> counts = new ArrayList<>(n);
        for (int s = 0; s < n; s++) {
            counts.add(
                    new SourceCounts(
                            sources.get(s), labels.size(), covered[s], overlaps[s], conflicts[s]));
        }
        return counts;
    }

    /** The sums by source, in the order in which they are first named. */
    static List<SourceCounts> sum(List<SourceCounts> some, List<SourceCounts> more) {
        Map<String, SourceCounts> sums = new LinkedHashMap<>();
        some.forEach(counts -> sums.put(counts.source, counts));
        more.forEach(counts -> sums.merge(counts.source, counts, SourceCounts::plus));
        return List.copyOf(sums.values());
    }

    private SourceCounts plus(SourceCounts more) {
        return new SourceCounts(
                source,
                examples + more.examples,
                covered + more.covered,
                overlaps + more.overlaps,
                conflicts + more.conflicts);
    }

    SourceVotes event() {
        return new SourceVotes(source, examples, covered, overlaps, conflicts);
    }
}
