package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TruthHistoryTest {

    @Test
    void whatIsSaidAgainAndAgainIsNotForgotten() {
        List<TruthHistory.Version> daily = new ArrayList<>();
        for (int day = 1; day <= 10 * TruthHistory.MOST; day++) {
            daily.add(new TruthHistory.Version(1, day));
        }
        TruthHistory truths = TruthHistory.NONE;
        for (int seed = 0; seed < 20; seed++) {
            for (TruthHistory.Version version : daily) {
                truths = truths.with(version);
            }
            assertEquals(TruthHistory.MOST, truths.versions().size());
            assertEquals(TruthHistory.UNKNOWN, truths.at(0));
            assertEquals(1, truths.at(1));
            assertEquals(1, truths.newest());
            Collections.shuffle(daily, new Random(seed)); // and again, in any order
        }
    }

    @Test
    void ofTooManyCorrectionsTheOldestGo() {
        TruthHistory truths = TruthHistory.NONE;
        for (int day = 1; day <= TruthHistory.MOST + 2; day++) {
            truths = truths.with(new TruthHistory.Version(day % 2, day));
        }
        assertEquals(TruthHistory.UNKNOWN, truths.at(2));
        assertEquals(1, truths.at(3));
        assertEquals(truths, truths.with(new TruthHistory.Version(1, 1)));
    }

    @Test
    void whatIsCorrectedLaterIsNotRevisedBefore() {
        TruthHistory truths =
                TruthHistory.NONE
                        .with(new TruthHistory.Version(0, 5))
                        .with(new TruthHistory.Version(1, 9));
        assertFalse(truths.revised(8));
        assertTrue(truths.revised(9));
        assertFalse(truths.with(new TruthHistory.Version(0, 7)).revised(8));
    }
}
