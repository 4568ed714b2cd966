package dev.belay.labelers.labeling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.labelers.api.GivenLabel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SourceCountsTest {
    private static final float[] NONE = {};

    @Test
    void anAbstentionCoversNothingAndEqualProbabilitiesAreAVoteForTheLowest() {
        // Given
        List<String> sources = List.of("a", "b");
        var tie = label(new float[] {.5f, .5f}, new float[] {.9f, .1f});
        var against = label(new float[] {.2f, .8f}, new float[] {.6f, .4f});
        var alone = label(new float[] {1, 0}, NONE);
        var nobody = label(NONE, NONE);
        // When
        List<SourceCounts> counts = SourceCounts.of(sources, List.of(tie, against, alone, nobody));
        // Then
        assertEquals(
                List.of(new SourceCounts("a", 4, 3, 2, 1), new SourceCounts("b", 4, 2, 2, 1)),
                counts);
    }

    @Test
    void aLabelerWithoutSourcesHasNoCounts() {
        assertEquals(List.of(), SourceCounts.of(List.of(), List.of(new GivenLabel(0, NONE))));
    }

    @Property
    void countsEqualARecountHoweverTheLabelsAreDivided(
            @ForAll Random random, @ForAll @IntRange(min = 1, max = 5) int sources) {
        // Given: votes of up to three classes, -1 for an abstention
        List<int[]> votes = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int s = 0; s < sources; s++) {
            ids.add("source" + s);
        }
        for (int i = random.nextInt(60); i > 0; i--) {
            votes.add(random.ints(sources, -1, 3).toArray());
        }
        // When
        List<SourceCounts> counts = SourceCounts.of(ids, List.of());
        int from = 0;
        while (from < votes.size()) {
            int to = Math.min(votes.size(), from + 1 + random.nextInt(9));
            List<GivenLabel> labels = votes.subList(from, to).stream().map(this::given).toList();
            counts = SourceCounts.sum(counts, SourceCounts.of(ids, labels));
            from = to;
        }
        // Then
        List<SourceCounts> expected = new ArrayList<>();
        for (int s = 0; s < sources; s++) {
            int source = s;
            long covered = 0;
            long overlaps = 0;
            long conflicts = 0;
            for (int[] of : votes) {
                Set<Integer> different = new HashSet<>();
                Arrays.stream(of).filter(vote -> vote >= 0).forEach(different::add);
                long voters = Arrays.stream(of).filter(vote -> vote >= 0).count();
                covered += of[source] >= 0 ? 1 : 0;
                overlaps += of[source] >= 0 && voters >= 2 ? 1 : 0;
                conflicts += of[source] >= 0 && different.size() >= 2 ? 1 : 0;
            }
            expected.add(new SourceCounts(ids.get(s), votes.size(), covered, overlaps, conflicts));
        }
        assertEquals(expected, counts);
        assertEquals(expected, SourceCounts.of(counts.stream().map(SourceCounts::event).toList()));
    }

    private GivenLabel given(int[] votes) {
        return label(
                Arrays.stream(votes)
                        .mapToObj(
                                vote -> {
                                    float[] row = vote < 0 ? NONE : new float[3];
                                    if (vote >= 0) {
                                        row[vote] = 1;
                                    }
                                    return row;
                                })
                        .toArray(float[][]::new));
    }

    private static GivenLabel label(float[]... votes) {
        return new GivenLabel(0, NONE, List.of(votes), false, -1);
    }
}
