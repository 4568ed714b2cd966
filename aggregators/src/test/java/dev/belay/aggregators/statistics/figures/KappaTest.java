package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.PairCounter;
import org.junit.jupiter.api.Test;

class KappaTest {
    private static final float[] ANY = {0.5f, 0.5f};

    @Test
    void cohenOfAHandCountedTable() {
        // 20 both 1, 5 only the supervisor says 1, 10 only the student, 15 both 0: Cohen's κ .4
        PairCounter counter = new PairCounter(2);
        say(counter, 1, 1, 20);
        say(counter, 1, 0, 5);
        say(counter, 0, 1, 10);
        say(counter, 0, 0, 15);

        assertEquals(0.4, requireNonNull(Kappa.cohen(counter.table())), 1e-12);
    }

    @Test
    void cohenIsUndefinedIfBothSayOneClassOnly() {
        PairCounter counter = new PairCounter(2);
        assertNull(Kappa.cohen(counter.table()));
        say(counter, 1, 1, 20);
        assertNull(Kappa.cohen(counter.table()));
        say(counter, 1, 0, 1);
        assertEquals(0, requireNonNull(Kappa.cohen(counter.table())), 1e-12);
    }

    @Test
    void errorConsistencyIsUndefinedIfBothAreAlwaysRight() {
        long[] cells = new long[16];
        assertNull(Kappa.errorConsistency(CellTable.of(cells)));
        cells[0b1101] = 10;
        assertNull(Kappa.errorConsistency(CellTable.of(cells)));
        cells[0b0001] = 10;
        assertEquals(1, requireNonNull(Kappa.errorConsistency(CellTable.of(cells))), 1e-12);
    }

    private static void say(PairCounter counter, int supervisor, int student, int times) {
        for (int i = 0; i < times; i++) {
            counter.pair(0, ANY, 0, supervisor, ANY, 0, student, 1);
        }
    }
}
