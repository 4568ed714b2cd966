package dev.belay.labelers.ensemble;

import org.junit.jupiter.api.Test;

class AverageTest extends EnsembleContract {
    @Override
    protected String kind() {
        return "average";
    }

    @Override
    float[] combined(float[] only) {
        return only;
    }

    @Test
    void isTheMeanOfTheDistributions() {
        assertAnswer(
                new float[][] {{1, 0, 0}, {0.5f, 0.25f, 0.25f}, {0, 0.5f, 0.5f}},
                0.5f,
                0.25f,
                0.25f);
        assertAnswer(new float[][] {{1, 0, 0}, {}, {0, 0.5f, 0.5f}}, 0.5f, 0.25f, 0.25f);
        assertAnswer(new float[][] {{1, 0, 0}, {1, 0, 0}, {0, 0, 1}}, 2 / 3f, 0, 1 / 3f);
    }
}
