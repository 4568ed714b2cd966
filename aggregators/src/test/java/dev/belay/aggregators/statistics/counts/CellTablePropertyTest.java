package dev.belay.aggregators.statistics.counts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CellTablePropertyTest {

    @Property(seed = "1", tries = 300)
    void countsEqualABatchRecount(@ForAll("outcomes") List<Outcome> all) {
        CellTable table = Outcome.table(all);

        assertEquals(all.size(), table.n());
        assertEquals(count(all, o -> o.supervisor() == o.truth()), table.supervisorRight());
        assertEquals(count(all, o -> o.student() == o.truth()), table.studentRight());
        assertEquals(count(all, o -> o.ceiling() == o.truth()), table.ceilingRight());
        assertEquals(count(all, o -> o.student() == o.supervisor()), table.same());
        assertEquals(
                count(all, o -> o.student() == o.supervisor() && o.supervisor() == o.truth()),
                table.sameAndSupervisorRight());
        assertEquals(
                count(all, o -> o.student() == o.supervisor() && o.supervisor() != o.truth()),
                table.sum(CellTable.SAME | CellTable.SUPERVISOR, CellTable.SAME));
    }

    @Property(seed = "2", tries = 200)
    void mergedShardsEqualTheWholeInAnyOrder(
            @ForAll("outcomes") List<Outcome> left,
            @ForAll("outcomes") List<Outcome> right,
            @ForAll Random random) {
        List<Outcome> whole = new ArrayList<>(left);
        whole.addAll(right);
        Collections.shuffle(whole, random);

        CellTable expected = Outcome.table(whole);
        assertEquals(expected, Outcome.table(left).merge(Outcome.table(right)));
        assertEquals(expected, Outcome.table(right).merge(Outcome.table(left)));
    }

    @Property(seed = "3", tries = 200)
    void subtractUndoesMerge(
            @ForAll("outcomes") List<Outcome> left, @ForAll("outcomes") List<Outcome> right) {
        CellTable merged = Outcome.table(left).merge(Outcome.table(right));

        assertEquals(Outcome.table(left), merged.subtract(Outcome.table(right)));
    }

    @Example
    void tableSurvivesItsListForm() {
        CellTable table = Outcome.table(List.of(new Outcome(0, 0, 0, 1), new Outcome(1, 0, 1, 1)));

        assertEquals(table, CellTable.of(table.toList()));
    }

    @Example
    void cellsThatContradictThemselvesAreRefused() {
        // both right, yet different
        assertThrows(IllegalArgumentException.class, () -> CellTable.EMPTY.add(12));
        long[] counts = new long[16];
        counts[5] = 1; // student right, supervisor wrong, yet the same
        assertThrows(IllegalArgumentException.class, () -> CellTable.of(counts));
        assertTrue(CellTable.possible(0) && CellTable.possible(1));
    }

    @Provide
    Arbitrary<List<Outcome>> outcomes() {
        return Outcome.lists(60);
    }

    private static long count(List<Outcome> all, Predicate<Outcome> which) {
        return all.stream().filter(which).count();
    }
}
