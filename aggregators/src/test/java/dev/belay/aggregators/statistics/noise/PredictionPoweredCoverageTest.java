package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.aggregators.statistics.noise.PredictionPowered.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Simulated coverage and length of prediction-powered intervals. */
class PredictionPoweredCoverageTest {
    private static final double[] CORRELATIONS = {0, .15, .3};

    /** A ceiling; wrong labels and wrong predictions are equally often each wrong class. */
    private record Ceiling(double error, int classes) {}

    private record Cell(
            double noise, double share, int examples, Ceiling ceiling, double correlation) {
        double both() {
            return Draws.both(noise, ceiling.error, correlation);
        }

        /** P(ceiling ≠ label, label wrong). */
        double wrongAndDiffer() {
            double otherClass = (ceiling.classes - 2.) / (ceiling.classes - 1.);
            return noise - both() + both() * otherClass;
        }

        double rightAndDiffer() {
            return ceiling.error - both();
        }

        /** Enough errors are expected, and two error rates can correlate so. */
        boolean counts() {
            return noise * share * examples >= PredictionPowered.LEAST - 1e-9
                    && both() <= Math.min(noise, ceiling.error);
        }

        /** Limit of the relative width for many examples. */
        double bound() {
            double differ = wrongAndDiffer() + rightAndDiffer();
            double covariance = wrongAndDiffer() - noise * differ;
            double square = covariance * covariance / (noise * (1 - noise) * differ * (1 - differ));
            return Math.sqrt(1 - square * (1 - share));
        }
    }

    /**
     * @param width mean length over the mean length of {@link Rate}
     */
    private record Found(Cell cell, double coverage, double width) {}

    @Test
    void intervalsCoverAndAreNarrowerThanTruthOnly() {
        List<Found> all =
                simulate(
                        new double[] {.05, .1, .2, .4},
                        new double[] {.05, .2},
                        new int[] {6_000},
                        List.of(new Ceiling(.1, 2), new Ceiling(.1, 4)),
                        1_000);
        check(all, .94, .926); // .95 less 3.5 standard errors of 1,000 draws
    }

    /** Minutes: truth on fewer than 200 examples is slow, because its limits are exact. */
    @Test
    @EnabledIfSystemProperty(named = "belay.long", matches = "true")
    void intervalsCoverInEveryCellOfTheGrid() {
        List<Found> all =
                simulate(
                        new double[] {.05, .1, .2, .3, .4},
                        new double[] {.05, .1, .2, .5},
                        new int[] {1_000, 3_000, 10_000},
                        List.of(
                                new Ceiling(.05, 2),
                                new Ceiling(.1, 2),
                                new Ceiling(.1, 4),
                                new Ceiling(.2, 2)),
                        4_000);
        check(all, .94, .93);
    }

    private static void check(List<Found> all, double mean, double each) {
        double sum = 0;
        double least = 1;
        for (Found found : all) {
            Cell cell = found.cell;
            System.out.printf(
                    "noise %.2f truth %.2f of %5d, ceiling %.2f of %d classes, correlation %.2f:"
                            + " coverage %.4f width %.3f (limit %.3f)%n",
                    cell.noise,
                    cell.share,
                    cell.examples,
                    cell.ceiling.error,
                    cell.ceiling.classes,
                    cell.correlation,
                    found.coverage,
                    found.width,
                    cell.bound());
            sum += found.coverage;
            least = Math.min(least, found.coverage);
        }
        System.out.printf(
                "%d cells: coverage %.4f, least %.4f%n", all.size(), sum / all.size(), least);
        assertTrue(sum / all.size() >= mean, "mean coverage " + sum / all.size());
        for (Found found : all) {
            Cell cell = found.cell;
            assertTrue(found.coverage >= each, found.toString());
            // no estimator is below the limit, so it can be met only where the limit allows it
            double errors = cell.noise * cell.share * cell.examples;
            if (cell.noise >= .2 && cell.ceiling.error <= .1 && cell.share <= .2) {
                assertTrue(found.width <= (errors < 50 ? .82 : .8), found.toString());
            }
            assertTrue(found.width <= 1.03, found.toString());
            if (errors >= 2 * PredictionPowered.LEAST) {
                assertTrue(found.width <= cell.bound() + .03, found.toString());
            }
        }
    }

    private static List<Found> simulate(
            double[] noises, double[] shares, int[] lengths, List<Ceiling> ceilings, int draws) {
        SplittableRandom random = new SplittableRandom(20261201);
        List<Found> all = new ArrayList<>();
        for (double noise : noises) {
            for (double share : shares) {
                for (int examples : lengths) {
                    for (Ceiling ceiling : ceilings) {
                        for (double correlation : CORRELATIONS) {
                            Cell cell = new Cell(noise, share, examples, ceiling, correlation);
                            if (cell.counts()) {
                                all.add(simulate(cell, draws, random));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    private static Found simulate(Cell cell, int draws, SplittableRandom random) {
        int covered = 0;
        double width = 0;
        double only = 0;
        for (int draw = 0; draw < draws; draw++) {
            Counts counts = draw(cell, random);
            PredictionPowered found = requireNonNull(PredictionPowered.of(counts));
            covered += Draws.holds(found.rate(), cell.noise) ? 1 : 0;
            double length = found.rate().high() - found.rate().low();
            width += length;
            only += length / found.relativeWidth();
        }
        return new Found(cell, (double) covered / draws, width / only);
    }

    private static Counts draw(Cell cell, SplittableRandom random) {
        int n = Draws.binomial(cell.examples, cell.share, random);
        int wrong = Draws.binomial(n, cell.noise, random);
        int both = Draws.binomial(wrong, cell.wrongAndDiffer() / cell.noise, random);
        int rest = Draws.binomial(n - wrong, cell.rightAndDiffer() / (1 - cell.noise), random);
        int without = cell.examples - n;
        double differ = cell.wrongAndDiffer() + cell.rightAndDiffer();
        return new Counts(
                n, wrong, both + rest, both, without, Draws.binomial(without, differ, random));
    }
}
