package dev.belay.models.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void warmUpRisesLinearlyOverItsShareOfTheBudget() {
        assertEquals(0, new Progress(0, 1000).warmUp(0.2, 5));
        assertEquals(0.5, new Progress(100, 1000).warmUp(0.2, 5), 1e-12);
        assertEquals(1, new Progress(200, 1000).warmUp(0.2, 5), 1e-12);
        assertEquals(1, new Progress(900, 1000).warmUp(0.2, 5), 1e-12);
    }

    @Test
    void endlessModelsWarmUpOverExamples() {
        assertEquals(0.5, new Progress(500, 0).warmUp(0.2, 1000), 1e-12);
    }

    @Test
    void anEmptyWarmUpIsOver() {
        assertEquals(1, new Progress(0, 1000).warmUp(0, 5));
    }

    @Test
    void evidenceIsDistinctExamplesAndTheWarmUpAsOftenAsTheyRepeat() {
        // two epochs: .4 of the budget
        assertEquals(0.5, new Progress(900, 1000, 200, 2).evidence(0.2, 5), 1e-12);
        assertEquals(1, new Progress(0, 1000, 400, 2).evidence(0.2, 5), 1e-12);
        // at most the whole budget
        assertEquals(0.5, new Progress(900, 1000, 500, 180).evidence(0.2, 5), 1e-12);
        // endless
        assertEquals(0.5, new Progress(0, 0, 1000, 2).evidence(0.2, 1000), 1e-12);
        assertEquals(1, new Progress(0, 0, 0, 2).evidence(0.2, 0));
    }
}
