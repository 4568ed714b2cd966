package dev.belay.labelers.ensemble;

import org.junit.jupiter.api.Test;

class MajorityTest extends EnsembleContract {
    @Override
    protected String kind() {
        return "majority";
    }

    @Override
    float[] combined(float[] only) {
        float[] answer = new float[only.length];
        for (int k = 0; k < only.length; k++) {
            answer[k] = only[k] >= .5f ? 1 : 0;
        }
        return answer;
    }

    @Test
    void twoOfThreeDecideHoweverSureTheThirdIs() {
        assertAnswer(new float[][] {{0.4f, 0.3f, 0.3f}, {0, 0, 1}, {0.4f, 0.3f, 0.3f}}, 1, 0, 0);
    }

    @Test
    void ofClassesWithEquallyManyVotesTheMoreProbableWinsThenTheLowest() {
        // one vote each: sums 0.75, 1.125, 1.125
        assertAnswer(
                new float[][] {{0.75f, 0.125f, 0.125f}, {0, 0.75f, 0.25f}, {0, 0.25f, 0.75f}},
                0,
                1,
                0);
        // one vote each, and class 2 has the greatest sum
        assertAnswer(new float[][] {{0.5f, 0, 0.5f}, {}, {0, 0, 1}}, 0, 0, 1);
        // a vote of equal probabilities is for the lowest class
        assertAnswer(new float[][] {{}, {0.5f, 0.5f, 0}, {}}, 1, 0, 0);
    }
}
