package dev.belay.aggregators.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void aTimeIsInEachWindowThatHoldsIt() {
        var kind = new Window.Kind(Duration.ofMillis(5), Duration.ofMillis(2));

        assertEquals(List.of(new Window(-4, 1), new Window(-2, 3), new Window(0, 5)), kind.of(0));
        assertEquals(List.of(new Window(-4, 1), new Window(-2, 3)), kind.of(-1));
        assertEquals(List.of(new Window(-2, 3), new Window(0, 5)), kind.of(1));
    }

    @Test
    void aKindInWhichEachExampleIsInMillionsOfWindowsIsRefused() {
        Duration week = Duration.ofDays(7);

        assertThrows(
                IllegalArgumentException.class, () -> new Window.Kind(week, Duration.ofMillis(1)));
        assertEquals(168, new Window.Kind(week, Duration.ofHours(1)).of(0).size());
    }
}
