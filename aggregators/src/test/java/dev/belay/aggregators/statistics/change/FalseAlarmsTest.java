package dev.belay.aggregators.statistics.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** False alarms over long streams without a change, those after a false alarm included. */
class FalseAlarmsTest {
    private static final int[] BATCHES = {1, 20, 300};

    private static final List<double[]> DISTRIBUTIONS =
            List.of(
                    Draws.rate(.01),
                    Draws.rate(.05),
                    Draws.rate(.1),
                    Draws.rate(.3),
                    Draws.rate(.5),
                    equal(3),
                    new double[] {.9, .08, .02},
                    equal(10),
                    new double[] {.82, .02, .02, .02, .02, .02, .02, .02, .02, .02},
                    new double[] {.5, .25, .12, .06, .03, .015, .008, .005, .007, .005});

    private record Cell(double[] shares, int batch, double runLength, long examples) {
        /** Asserts at most as many alarms as asked for; returns them as a share of that. */
        double ratio() {
            Draws draws = new Draws(1);
            ChangeDetector detector = new ChangeDetector(shares.length, runLength);
            long alarms = 0;
            for (long n = 0; n < examples; n += batch) {
                alarms += detector.add(draws.batch(shares, batch), n, n) == null ? 0 : 1;
            }
            double ratio = alarms * runLength / examples;
            String found =
                    String.format(
                            Locale.ROOT,
                            "run length %.0f, batches of %d, %s: %d alarms, %.2f of what was asked",
                            runLength,
                            batch,
                            Arrays.toString(shares),
                            alarms,
                            ratio);
            System.out.println(found);
            assertTrue(ratio <= 1, found);
            return ratio;
        }
    }

    @Test
    void falseAlarmsAreAtLeastTheRunLengthApart() {
        for (Cell cell : cells(1000, 60_000)) {
            cell.ratio();
        }
        new Cell(Draws.rate(.3), 1, 10_000, 600_000).ratio();
    }

    /**
     * As {@code ChangeAlerts} shares them out: an example is in some of many slices, of very
     * different sizes, and each slice's detector, which counts its examples only, has the run
     * length of the task times the slices that one example is in.
     */
    @Test
    void falseAlarmsOfAllSlicesTogetherAreAtLeastTheRunLengthOfTheTaskApart() {
        int slices = 200;
        int each = 8; // slices of an example
        double runLength = 2_000;
        int examples = 200_000;
        Draws draws = new Draws(2);
        List<ChangeDetector> detectors = new ArrayList<>();
        double[] rates = new double[slices];
        for (int s = 0; s < slices; s++) {
            detectors.add(new ChangeDetector(2, each * runLength));
            rates[s] = .02 + .4 * s / slices;
        }
        long alarms = 0;
        long added = 0;
        for (int n = 0; n < examples; n += 20) {
            long[][] batch = new long[slices][2];
            for (int i = 0; i < 20; i++) {
                for (int t = 0; t < each; t++) {
                    // of each tag one value, the lower ones more often
                    int values = slices / each;
                    int s = t * values + Math.min(draws.below(values), draws.below(values));
                    long[] one = draws.batch(Draws.rate(rates[s]), 1);
                    batch[s][0] += one[0];
                    batch[s][1] += one[1];
                }
            }
            for (int s = 0; s < slices; s++) {
                added += batch[s][0] + batch[s][1];
                alarms += detectors.get(s).add(batch[s], n, n) == null ? 0 : 1;
            }
        }
        System.out.printf(Locale.ROOT, "slices: %d alarms of %.0f%n", alarms, examples / runLength);
        assertEquals((long) each * examples, added);
        assertTrue(alarms <= examples / runLength, alarms + " alarms");
    }

    @Test
    @EnabledIfSystemProperty(named = "belay.long", matches = "true")
    void falseAlarmsAreAtLeastTheRunLengthApartInLongRuns() {
        List<Cell> cells = new ArrayList<>();
        cells.addAll(cells(1000, 500_000));
        cells.addAll(cells(10_000, 1_500_000));
        cells.addAll(cells(100_000, 4_000_000));
        // single examples of many categories would take minutes
        for (Cell cell : cells(300_000, 8_000_000)) {
            if (cell.batch > 1 || cell.shares.length == 2) {
                cells.add(cell);
            }
        }
        double most = cells.parallelStream().mapToDouble(Cell::ratio).max().orElseThrow();

        // not so far below that detection is needlessly slow
        assertTrue(most > .3, "at most " + most);
    }

    private static List<Cell> cells(double runLength, long examples) {
        List<Cell> cells = new ArrayList<>();
        for (double[] shares : DISTRIBUTIONS) {
            for (int batch : BATCHES) {
                cells.add(new Cell(shares, batch, runLength, examples));
            }
        }
        return cells;
    }

    private static double[] equal(int categories) {
        double[] shares = new double[categories];
        Arrays.fill(shares, 1.0 / categories);
        return shares;
    }
}
