package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TruthsTest {

    @Test
    void whatIsSaidAgainAndAgainIsNotForgotten() {
        List<Truths.Version> daily = new ArrayList<>();
        for (int day = 1; day <= 10 * Truths.MOST; day++) {
            daily.add(new Truths.Version(1, day));
        }
        Truths truths = Truths.NONE;
        for (int seed = 0; seed < 20; seed++) {
            for (Truths.Version version : daily) {
                truths = truths.with(version);
            }
            assertEquals(Truths.MOST, truths.versions().size());
            assertEquals(Truths.UNKNOWN, truths.at(0));
            assertEquals(1, truths.at(1));
            assertEquals(1, truths.newest());
            Collections.shuffle(daily, new Random(seed)); // and again, in any order
        }
    }

    @Test
    void ofTooManyCorrectionsTheOldestGo() {
        Truths truths = Truths.NONE;
        for (int day = 1; day <= Truths.MOST + 2; day++) {
            truths = truths.with(new Truths.Version(day % 2, day));
        }
        assertEquals(Truths.UNKNOWN, truths.at(2));
        assertEquals(1, truths.at(3));
        assertEquals(truths, truths.with(new Truths.Version(1, 1)));
    }

    @Test
    void whatIsCorrectedLaterIsNotRevisedBefore() {
        Truths truths = Truths.NONE.with(new Truths.Version(0, 5)).with(new Truths.Version(1, 9));
        assertFalse(truths.revised(8));
        assertTrue(truths.revised(9));
        assertFalse(truths.with(new Truths.Version(0, 7)).revised(8));
    }
}
