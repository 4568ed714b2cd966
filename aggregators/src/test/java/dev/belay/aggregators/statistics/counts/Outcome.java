package dev.belay.aggregators.statistics.counts;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** One example as four classes; what the batch recounts of the tests go by. */
public record Outcome(int truth, int supervisor, int student, int ceiling) {

    int cell() {
        return CellTable.cell(truth, supervisor, student, ceiling == truth);
    }

    public static CellTable table(List<Outcome> outcomes) {
        CellTable table = CellTable.EMPTY;
        for (Outcome outcome : outcomes) {
            table = table.add(outcome.cell());
        }
        return table;
    }

    public static Arbitrary<List<Outcome>> lists(int maxSize) {
        Arbitrary<Integer> classes = Arbitraries.integers().between(0, 2);
        return Combinators.combine(classes, classes, classes, classes)
                .as(Outcome::new)
                .list()
                .ofMaxSize(maxSize);
    }
}
