package dev.belay.aggregators.statistics.figures;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.intervals.Measure;
import org.junit.jupiter.api.Test;

class PairStatisticsTest {
    private static final int WRONG_ALIKE = 0b0001;
    private static final int ONLY_CEILING = 0b0010;
    private static final int ONLY_CEILING_ALIKE = 0b0011;
    private static final int ONLY_STUDENT = 0b0100;
    private static final int STUDENT_AND_CEILING = 0b0110;
    private static final int ONLY_SUPERVISOR = 0b1000;
    private static final int SUPERVISOR_AND_CEILING = 0b1010;
    private static final int ALL = 0b1111;

    /** 1,000 examples: supervisor .65, student .73, ceiling .85. */
    private static CellTable thousand() {
        long[] cells = new long[16];
        cells[ALL] = 560;
        cells[SUPERVISOR_AND_CEILING] = 60;
        cells[ONLY_SUPERVISOR] = 30;
        cells[STUDENT_AND_CEILING] = 150;
        cells[ONLY_STUDENT] = 20;
        cells[ONLY_CEILING_ALIKE] = 75;
        cells[ONLY_CEILING] = 5;
        cells[WRONG_ALIKE] = 100;
        return CellTable.of(cells);
    }

    @Test
    void figuresOfAHandCountedTable() {
        PairStatistics figures = PairStatistics.of(thousand(), Pgr.Ceiling.COUNTED);

        assertEquals(0.65, requireNonNull(figures.supervisorAccuracy()).value(), 1e-15);
        assertEquals(0.73, requireNonNull(figures.studentAccuracy()).value(), 1e-15);
        assertEquals(0.85, requireNonNull(figures.ceilingAccuracy()).value(), 1e-15);
        assertEquals(0.735, requireNonNull(figures.agreement()).value(), 1e-15);
        assertEquals(560.0 / 650, requireNonNull(figures.agreementWhenSupervisorRight()).value());
        assertEquals(175.0 / 350, requireNonNull(figures.agreementWhenSupervisorWrong()).value());
        assertEquals(350, requireNonNull(figures.agreementWhenSupervisorWrong()).n());
        assertEquals(0.4, requireNonNull(figures.pgr().measure()).value(), 1e-15);
        // gain: 80 of 1,000, 260 discordant; with the added examples 80/1002 ± 1.96·√((261/1002 −
        // (80/1002)²)/1002)
        Measure gain = requireNonNull(figures.gain());
        assertEquals(0.0798403 - 0.0312119, gain.low(), 1e-6);
        assertEquals(0.0798403 + 0.0312119, gain.high(), 1e-6);
    }

    @Test
    void aGapWithinTheNoiseIsNotResolved() {
        long[] cells = new long[16];
        cells[ALL] = 500;
        cells[ONLY_CEILING_ALIKE] = 20;
        cells[ONLY_SUPERVISOR] = 15;

        Pgr pgr = PairStatistics.of(CellTable.of(cells), Pgr.Ceiling.COUNTED).pgr();

        assertNull(pgr.measure());
        assertEquals(Pgr.Undefined.GAP_NOT_RESOLVED, pgr.undefined());
    }

    @Test
    void twoExamplesResolveNothing() {
        long[] cells = new long[16];
        cells[STUDENT_AND_CEILING] = 2;

        Pgr pgr = PairStatistics.of(CellTable.of(cells), Pgr.Ceiling.COUNTED).pgr();

        assertEquals(Pgr.Undefined.GAP_NOT_RESOLVED, pgr.undefined());
    }

    @Test
    void aCeilingBelowItsSupervisorIsSaidSo() {
        long[] cells = new long[16];
        cells[ONLY_SUPERVISOR] = 100;
        cells[ALL] = 100;

        PairStatistics figures = PairStatistics.of(CellTable.of(cells), Pgr.Ceiling.COUNTED);

        assertEquals(Pgr.Undefined.CEILING_BELOW_SUPERVISOR, figures.pgr().undefined());
        assertEquals(-0.5, requireNonNull(figures.gap()).value());
    }

    @Test
    void withoutACeilingTheOtherFiguresStand() {
        PairStatistics none = PairStatistics.of(thousand(), Pgr.Ceiling.NONE);
        PairStatistics pending = PairStatistics.of(thousand(), Pgr.Ceiling.PENDING);

        assertEquals(Pgr.Undefined.NO_CEILING, none.pgr().undefined());
        assertEquals(Pgr.Undefined.CEILING_NOT_READY, pending.pgr().undefined());
        assertNull(none.ceilingAccuracy());
        assertNull(pending.gap());
        assertEquals(0.08, requireNonNull(pending.gain()).value(), 1e-15);
    }

    @Test
    void nothingCountedGivesNothing() {
        PairStatistics figures = PairStatistics.of(CellTable.EMPTY, Pgr.Ceiling.COUNTED);

        assertNull(figures.supervisorAccuracy());
        assertNull(figures.gain());
        assertNull(figures.agreementWhenSupervisorWrong());
        assertEquals(Pgr.Undefined.NO_EXAMPLES, figures.pgr().undefined());
    }

    @Test
    void aGapThatIsResolvedByRoundingOnlyIsNot() {
        // the lower limit of the gap comes out a hair above 0, A of Fieller's interval as 0
        long n = 96_252_010_837_995L;
        long sum = 16_153_444L;
        long squares = 67_925_693_139_148L;
        long[] cells = new long[16];
        cells[0b0011] = (squares + sum) / 2;
        cells[0b1101] = (squares - sum) / 2;
        cells[0b1111] = n - squares;

        Pgr pgr = PairStatistics.of(CellTable.of(cells), Pgr.Ceiling.COUNTED).pgr();

        assertEquals(Pgr.Undefined.GAP_NOT_RESOLVED, pgr.undefined());
    }
}
