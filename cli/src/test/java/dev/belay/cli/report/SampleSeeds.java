package dev.belay.cli.report;

import dev.belay.cli.report.results.RunResults;

/** Finished runs of one pair, by the counts of each seed. */
public final class SampleSeeds {
    /** 200 examples: gain .10, gap .30. */
    public static final long[] WIDE = cells(40, 20, 40);

    /** Gain 0, gap .01. */
    public static final long[] NO_GAP = cells(3, 3, 2);

    /** Gain .02, gap .06: 2.3 standard errors. */
    public static final long[] BARELY = cells(12, 8, 8);

    private SampleSeeds() {}

    public static RunResults of(long[]... seeds) {
        RunResults results = new RunResults("x", "x");
        SampleRun.add(results, seeds.length, "bow", "hashing", null, 1);
        SampleRun.add(results, seeds.length, "naive", "minilm", "bow", 1);
        SampleRun.add(results, seeds.length, "ceiling", "minilm", null, 1);
        for (int seed = 0; seed < seeds.length; seed++) {
            String ceiling = SampleRun.id("ceiling", seed);
            results.add(SampleRun.of("naive", seed, 1, true, ceiling, 1, seeds[seed]));
        }
        return results;
    }

    /** Student and ceiling right alone, the supervisor alone, the ceiling alone; else all are. */
    private static long[] cells(long both, long supervisorAlone, long ceilingAlone) {
        long[] cells = new long[16];
        cells[0b0110] = both;
        cells[0b1000] = supervisorAlone;
        cells[0b0011] = ceilingAlone;
        cells[0b1111] = 200 - both - supervisorAlone - ceilingAlone;
        return cells;
    }
}
