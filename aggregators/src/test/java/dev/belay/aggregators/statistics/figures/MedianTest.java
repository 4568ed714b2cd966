package dev.belay.aggregators.statistics.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MedianTest {

    @Test
    void middleOfAnOddNumberAndMeanOfTheMiddleTwo() {
        assertEquals(new Median(0.5, 3, 0), Median.of(List.of(0.9, 0.1, 0.5)));
        assertEquals(new Median(0.5, 4, 0), Median.of(List.of(0.25, 0.75, 0.9, 0.1)));
    }

    @Test
    void undefinedFiguresAreCountedAndHalfOfThemLeaveNoMedian() {
        assertEquals(new Median(0.5, 2, 1), Median.of(Arrays.asList(0.25, null, 0.75)));
        assertEquals(new Median(null, 1, 1), Median.of(Arrays.asList(0.25, null)));
        assertEquals(new Median(null, 0, 0), Median.of(List.of()));
    }
}
