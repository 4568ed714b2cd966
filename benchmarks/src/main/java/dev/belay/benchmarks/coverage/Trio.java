package dev.belay.benchmarks.coverage;

import dev.belay.aggregators.statistics.counts.CellTable;
import java.util.SplittableRandom;

/**
 * Supervisor, student and ceiling with known accuracies on a task of two classes, whose errors go
 * together: each example is as hard for all as a standard normal u says, and a model of accuracy a
 * is right if √ρ·u + √(1 − ρ)·e ≤ Φ⁻¹(a), e its own standard normal (a one-factor Gaussian copula).
 *
 * @param supervisor accuracy in (0, 1)
 * @param student accuracy
 * @param ceiling accuracy
 * @param correlation ρ in [0, 1): 0: errors are independent
 */
record Trio(double supervisor, double student, double ceiling, double correlation) {

    /** The true PGR. */
    double pgr() {
        return (student - supervisor) / (ceiling - supervisor);
    }

    /** Draws examples. */
    CellTable draw(int n, Sampler sampler) {
        long[] cells = new long[CellTable.SIZE];
        double w = sampler.quantile(supervisor);
        double s = sampler.quantile(student);
        double c = sampler.quantile(ceiling);
        double shared = Math.sqrt(correlation);
        double own = Math.sqrt(1 - correlation);
        for (int i = 0; i < n; i++) {
            double u = shared * sampler.normal();
            int truth = 0;
            int wSays = u + own * sampler.normal() <= w ? 0 : 1;
            int sSays = u + own * sampler.normal() <= s ? 0 : 1;
            boolean cRight = u + own * sampler.normal() <= c;
            cells[CellTable.cell(truth, wSays, sSays, cRight)]++;
        }
        return CellTable.of(cells);
    }

    /** Seeded normal numbers, and quantiles of accuracies. */
    static final class Sampler {
        private final SplittableRandom random;

        Sampler(long seed) {
            random = new SplittableRandom(seed);
        }

        double uniform() {
            return random.nextDouble();
        }

        double normal() {
            return random.nextGaussian();
        }

        /** Φ⁻¹, by bisection on Φ. */
        double quantile(double p) {
            double low = -9;
            double high = 9;
            for (int i = 0; i < 60; i++) {
                double z = (low + high) / 2;
                if (phi(z) < p) {
                    low = z;
                } else {
                    high = z;
                }
            }
            return low;
        }

        /** Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/15 + …) (Marsaglia 2004). */
        private static double phi(double z) {
            double sum = z;
            double term = z;
            for (int i = 3; Math.abs(term) > 1e-17; i += 2) {
                term *= z * z / i;
                sum += term;
            }
            return 0.5 + sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        }
    }
}
