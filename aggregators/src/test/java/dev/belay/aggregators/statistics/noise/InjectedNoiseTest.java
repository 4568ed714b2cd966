package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.noise.PredictionPowered.Counts;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Injected against estimated noise: truth on a tenth of the examples, of three classes. */
class InjectedNoiseTest {
    private static final int RUNS = Boolean.getBoolean("belay.long") ? 10_000 : 1_000;
    private static final double LEAST = Boolean.getBoolean("belay.long") ? .942 : .935;
    private static final int CLASSES = 3;

    // P(label | truth); every kind of noise has the error rate .2
    private static final double[][] BY_CLASS = {{.9, .08, .02}, {.05, .8, .15}, {.2, .1, .7}};

    private enum Noise {
        UNIFORM,
        CLASS_CONDITIONAL,
        INSTANCE_DEPENDENT,
        /** From .1 to .3 during the stream, while the model's error rate falls from .4 to .1. */
        DRIFTING
    }

    /** Runs whose interval holds the injected rate. */
    private static final class Held {
        int fixed;
        int anytime;
        int powered;
        long cells;
        double width;
        double bias;
    }

    @Test
    void intervalsHoldTheInjectedRate() {
        for (Noise noise : Noise.values()) {
            Held held = simulate(noise, difficulty -> .1, RUNS, 3_000);
            print("random truth, " + noise, held, RUNS);
            assertTrue(held.fixed >= LEAST * RUNS, noise + ": " + held.fixed);
            assertTrue(held.anytime >= LEAST * RUNS, noise + ": " + held.anytime);
            assertTrue(held.powered >= LEAST * RUNS, noise + ": " + held.powered);
            if (noise == Noise.CLASS_CONDITIONAL) {
                System.out.printf("cells %.4f%n", (double) held.cells / RUNS / CLASSES / CLASSES);
                assertTrue(held.cells >= LEAST * RUNS * CLASSES * CLASSES, "cells " + held.cells);
            }
        }
    }

    @Test
    void intervalsMissTheInjectedRateWhereTruthIsNoRandomSample() {
        // truth on as many examples, but more often on easy or on hard ones
        int runs = 200;
        for (int examples : new int[] {3_000, 20_000}) {
            Held easy = simulate(Noise.INSTANCE_DEPENDENT, hard -> .2 * (1 - hard), runs, examples);
            Held hard = simulate(Noise.INSTANCE_DEPENDENT, x -> .2 * x, runs, examples);
            print("truth on easy ones of " + examples, easy, runs);
            print("truth on hard ones of " + examples, hard, runs);
            assertTrue(easy.fixed <= .3 * runs && hard.fixed <= .3 * runs, "truth only");
            // predictions correct most of the bias; what is left does not shrink, the width does
            assertTrue(easy.powered <= .9 * runs, "powered " + easy.powered);
            if (examples > 3_000) {
                assertTrue(easy.powered <= .6 * runs, "powered " + easy.powered);
                assertTrue(hard.powered <= .9 * runs, "powered " + hard.powered);
            }
        }
    }

    private static void print(String what, Held held, int runs) {
        System.out.printf(
                "%s: of %d runs hold the rate: truth only %d, anytime-valid %d,"
                        + " prediction-powered %d (width %.2f, bias %.3f)%n",
                what,
                runs,
                held.fixed,
                held.anytime,
                held.powered,
                held.width / runs,
                held.bias / runs);
    }

    /**
     * @param share probability of truth, by the example's difficulty, uniform in [0, 1]
     */
    private static Held simulate(Noise noise, DoubleUnaryOperator share, int runs, int examples) {
        SplittableRandom random = new SplittableRandom(20);
        Held held = new Held();
        for (int run = 0; run < runs; run++) {
            long[][] matrix = new long[CLASSES][CLASSES];
            long[] sums = new long[6];
            for (int i = 0; i < examples; i++) {
                double difficulty = random.nextDouble();
                int truth = random.nextInt(CLASSES);
                double time = (double) i / examples;
                boolean drifts = noise == Noise.DRIFTING;
                int label = label(noise, truth, drifts ? time : difficulty, random);
                double error = drifts ? .4 - .3 * time : .2 * difficulty;
                int predicted = other(truth, random.nextDouble() < error, random);
                int differ = predicted == label ? 0 : 1;
                if (random.nextDouble() < share.applyAsDouble(difficulty)) {
                    int wrong = truth == label ? 0 : 1;
                    sums[0]++;
                    sums[1] += wrong;
                    sums[2] += differ;
                    sums[3] += wrong & differ;
                    matrix[truth][label]++;
                } else {
                    sums[4]++;
                    sums[5] += differ;
                }
            }
            NoiseRate rate = requireNonNull(NoiseRate.of(sums[1], sums[0]));
            PredictionPowered powered =
                    requireNonNull(
                            PredictionPowered.of(
                                    new Counts(
                                            sums[0], sums[1], sums[2], sums[3], sums[4], sums[5])));
            held.fixed += Draws.holds(rate.rate(), .2) ? 1 : 0;
            held.anytime += Draws.holds(rate.anytime(), .2) ? 1 : 0;
            held.powered += Draws.holds(powered.rate(), .2) ? 1 : 0;
            held.width += powered.relativeWidth();
            held.bias += powered.rate().value() - .2;
            held.cells += noise == Noise.CLASS_CONDITIONAL ? cells(matrix) : 0;
        }
        return held;
    }

    /** The cells of the matrix whose interval holds. */
    private static long cells(long[][] counts) {
        TransitionMatrix matrix = TransitionMatrix.of(counts);
        long held = 0;
        for (int truth = 0; truth < CLASSES; truth++) {
            for (int label = 0; label < CLASSES; label++) {
                Measure found = requireNonNull(matrix.get(truth, label));
                held += Draws.holds(found, BY_CLASS[truth][label]) ? 1 : 0;
            }
        }
        return held;
    }

    /**
     * @param x difficulty, or time from 0 to 1
     */
    private static int label(Noise noise, int truth, double x, SplittableRandom random) {
        double u = random.nextDouble();
        return switch (noise) {
            case UNIFORM -> other(truth, u < .2, random);
            case INSTANCE_DEPENDENT -> other(truth, u < .4 * x, random);
            case DRIFTING -> other(truth, u < .1 + .2 * x, random);
            case CLASS_CONDITIONAL -> {
                double[] sums = BY_CLASS[truth].clone();
                Arrays.parallelPrefix(sums, Double::sum);
                yield u < sums[0] ? 0 : u < sums[1] ? 1 : 2;
            }
        };
    }

    /** The truth, or any other class. */
    private static int other(int truth, boolean wrong, SplittableRandom random) {
        return wrong ? (truth + 1 + random.nextInt(CLASSES - 1)) % CLASSES : truth;
    }
}
