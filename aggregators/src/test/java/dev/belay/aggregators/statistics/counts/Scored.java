package dev.belay.aggregators.statistics.counts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** One example with two distributions and a ceiling's class. */
public record Scored(int truth, List<Float> w, List<Float> s, int ceiling) {

    /** The most probable class, ties to the lowest. */
    public static int predicted(List<Float> p) {
        int best = 0;
        for (int k = 1; k < p.size(); k++) {
            if (p.get(k) > p.get(best)) {
                best = k;
            }
        }
        return best;
    }

    /**
     * Counts this in or out, its columns somewhere inside longer arrays as the boards keep them.
     */
    void count(PairCounter counter, boolean withCeiling, int sign) {
        if (withCeiling) {
            counter.cell(truth, predicted(w), predicted(s), ceiling, sign);
        } else {
            counter.pair(truth, padded(w, 3), 3, predicted(w), padded(s, 1), 1, predicted(s), sign);
        }
    }

    private static float[] padded(List<Float> p, int from) {
        float[] row = new float[from + p.size() + 2];
        Arrays.fill(row, Float.NaN);
        for (int k = 0; k < p.size(); k++) {
            row[from + k] = p.get(k);
        }
        return row;
    }

    public static PairTable table(List<Scored> all, int classes, boolean withCeiling) {
        PairCounter counter = new PairCounter(classes);
        all.forEach(example -> example.count(counter, withCeiling, 1));
        return counter.table();
    }

    /** Distributions of all kinds, among them certain, impossible and even ones. */
    public static Arbitrary<List<Scored>> lists(int classes, int maxSize) {
        Arbitrary<List<Float>> rows =
                Arbitraries.oneOf(
                                Arbitraries.integers().between(0, 4).map(i -> (float) i),
                                Arbitraries.floats().between(0, 1))
                        .list()
                        .ofSize(classes)
                        .map(Scored::normalised);
        Arbitrary<Integer> labels = Arbitraries.integers().between(0, classes - 1);
        return Combinators.combine(labels, rows, rows, labels)
                .as(Scored::new)
                .list()
                .ofMaxSize(maxSize);
    }

    private static List<Float> normalised(List<Float> weights) {
        float sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        List<Float> row = new ArrayList<>();
        for (float weight : weights) {
            row.add(sum > 0 ? weight / sum : 1f / weights.size());
        }
        return row;
    }
}
