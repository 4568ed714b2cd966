package dev.belay.cli.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {
    @Test
    void halfOrMoreUndefinedHaveNoMedian() {
        assertNull(Spread.of(List.of()));
        assertNull(Spread.of(Arrays.asList(1.0, null)));
        assertNull(Spread.of(Arrays.asList(1.0, null, null)));
        assertNull(Spread.of(Arrays.asList(1.0, Double.NaN)));
    }

    @Test
    void fewerThanHalfUndefinedLeaveTheMedianOfTheRest() {
        assertEquals(new Spread(2.5, 2, 3, 2), Spread.of(Arrays.asList(3.0, null, 2.0)));
    }

    @Test
    void middleOfAnOddNumberIsOneOfThem() {
        assertEquals(new Spread(2, 1, 9, 3), Spread.of(List.of(9.0, 1.0, 2.0)));
    }
}
