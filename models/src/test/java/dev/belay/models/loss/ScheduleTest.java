package dev.belay.models.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.plugins.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final Parameter PARAMETER = Schedule.parameter("x", 0.5, 0, 4, "a test");

    @ParameterizedTest
    @CsvSource({
        ".50, 0.5",
        "1  to 0, 1.0 to 0.0",
        "0 to 1 over 010, 0.0 to 1.0 over 10",
        "2 to 1 over 10 cosine, 2.0 to 1.0 over 10 cosine",
        "2 to 1 cosine, 2.0 to 1.0 cosine",
        "2 to 2 cosine, 2.0"
    })
    void writtenInAnyWayItHasOneCanonicalForm(String text, String canonical) {
        assertEquals(canonical, PARAMETER.canonical().apply(text));
        assertEquals(canonical, PARAMETER.canonical().apply(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "1 to 5", "NaN", "1 to", "1 to 2 over", "1 cosine", "1 to 2 sine"})
    void otherTextsAndValuesOutOfRangeAreNotAccepted(String text) {
        assertThrows(IllegalArgumentException.class, () -> PARAMETER.canonical().apply(text), text);
    }

    @Test
    void itChangesOverTheBudgetAndThenStays() {
        Schedule linear = Schedule.of("1 to 0");
        assertEquals(1, linear.at(new Progress(0, 100)));
        assertEquals(0.75, linear.at(new Progress(25, 100)), 1e-12);
        assertEquals(0, linear.at(new Progress(100, 100)), 1e-12);
        Schedule cosine = Schedule.of("1 to 0 cosine");
        assertEquals(0.5 + Math.sqrt(0.125), cosine.at(new Progress(25, 100)), 1e-12);
        assertEquals(0.5, Schedule.of("1 to 0 over 20").at(new Progress(10, 100)), 1e-12);
        assertEquals(0, Schedule.of("1 to 0 over 20").at(new Progress(30, 0)), 1e-12);
    }

    @Test
    void withoutANumberOfExamplesAnEndlessModelStaysAtTheFirstValue() {
        assertEquals(1, Schedule.of("1 to 0").at(new Progress(1000, 0)));
        assertEquals(0.9, Schedule.of("1 to 0 over 10000").at(new Progress(1000, 0)), 1e-12);
    }
}
