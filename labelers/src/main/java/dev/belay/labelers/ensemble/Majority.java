package dev.belay.labelers.ensemble;

/**
 * Kind {@code majority}: probability 1 for the class (or option) that is most probable for most
 * sources (of equal ones the lowest). Of classes with equally many votes the one with the greater
 * sum of probabilities wins, then the lowest. No parameters.
 */
public final class Majority extends Ensemble {
    @Override
    public String name() {
        return "majority";
    }

    @Override
    float[] combine(int votes, double[] sums, int[] firsts) {
        int best = 0;
        for (int k = 1; k < sums.length; k++) {
            if (firsts[k] > firsts[best] || (firsts[k] == firsts[best] && sums[k] > sums[best])) {
                best = k;
            }
        }
        float[] answer = new float[sums.length];
        answer[best] = 1;
        return answer;
    }
}
