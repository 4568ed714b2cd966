package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.schemas.events.LearningRateSchedule;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import org.junit.jupiter.api.Test;

class LearningRatesTest {
    @Test
    void linearRisesOverTheWarmUpAndFallsToZeroAtTheEndOfTheBudget() {
        Optimizer linear = optimizer(LearningRateSchedule.LINEAR);
        assertEquals(0, LearningRates.factor(linear, 0, 1000));
        assertEquals(0.5, LearningRates.factor(linear, 50, 1000), 1e-12);
        assertEquals(1, LearningRates.factor(linear, 100, 1000), 1e-12);
        assertEquals(0.5, LearningRates.factor(linear, 550, 1000), 1e-12);
        assertEquals(0, LearningRates.factor(linear, 1000, 1000), 1e-12);
    }

    @Test
    void cosineFallsSlowlyThenFastThenSlowly() {
        Optimizer cosine = optimizer(LearningRateSchedule.COSINE);
        assertEquals(1, LearningRates.factor(cosine, 100, 1000), 1e-12);
        assertEquals(0.5, LearningRates.factor(cosine, 550, 1000), 1e-12);
        assertEquals(
                0.5 + 0.5 * Math.cos(Math.PI / 4), LearningRates.factor(cosine, 325, 1000), 1e-12);
        assertEquals(0, LearningRates.factor(cosine, 1000, 1000), 1e-12);
    }

    @Test
    void constantAndEndlessModelsStayAfterTheWarmUp() {
        assertEquals(1, LearningRates.factor(optimizer(LearningRateSchedule.CONSTANT), 999, 1000));
        Optimizer endless = optimizer(LearningRateSchedule.LINEAR);
        assertEquals(0.25, LearningRates.factor(endless, 50, 0), 1e-12);
        assertEquals(1, LearningRates.factor(endless, 1e9, 0));
    }

    @Test
    void withoutWarmUpTheFirstStepGoesAllTheWay() {
        Optimizer plain =
                Optimizer.newBuilder().setKind(OptimizerKind.ADAM).setLearningRate(1).build();
        assertEquals(1, LearningRates.factor(plain, 0, 1000));
        assertEquals(1, LearningRates.factor(plain, 0, 0));
    }

    private static Optimizer optimizer(LearningRateSchedule schedule) {
        return Optimizer.newBuilder()
                .setKind(OptimizerKind.ADAMW)
                .setLearningRate(1)
                .setSchedule(schedule)
                .setWarmUp(0.1)
                .setWarmUpExamples(200)
                .build();
    }
}
