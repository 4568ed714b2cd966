package dev.belay.benchmarks.coverage;

import dev.belay.benchmarks.harness.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/**
 * Coverage of all intervals by simulation: samples that are looked at once, over a grid of sizes,
 * accuracies and correlations, and with PGR near 1; several seeds on one holdout; streams that
 * drift and are looked at all the time. Prints Markdown. Seeded: the same sizes give the same
 * figures.
 */
public final class CoverageBench {
    private static final int[] EXAMPLES = {50, 100, 200, 500, 1_000, 2_000, 5_000};
    private static final double[][] ACCURACIES = {
        {.55, .60, .65},
        {.60, .70, .80},
        {.65, .65, .90},
        {.70, .72, .74},
        {.75, .70, .85},
        {.75, .84, .90},
        {.90, .93, .95}
    };
    private static final double[] CORRELATIONS = {0, .4, .8};
    private static final int[] NEAR_ONE_EXAMPLES = {200, 500, 2_000};
    private static final double[] NEAR_ONE = {.8, 1, 1.1};
    private static final double[][] GAPS = {{.70, .74}, {.70, .80}, {.65, .85}};
    private static final int[] SEEDS = {3, 5, 10};
    private static final int[] SEED_EXAMPLES = {300, 1_000};
    private static final double[] SPREADS = {0, .01, .03};
    private static final double[] SHARED = {0, .6};
    private static final int[] GROUPS = {20, 30, 100, 500, 5_000};
    private static final double[] ALIKE = {.3, .8};
    private static final int STREAM = 10_000;

    private final Sizes sizes;
    private final Consumer<String> out;

    /**
     * @param draws of each sample
     * @param streams of each drift
     * @param block examples between two looks at a stream
     */
    public record Sizes(int draws, int streams, int block) {
        public static final Sizes USUAL = new Sizes(4_000, 1_000, 100);
        public static final Sizes QUICK = new Sizes(200, 20, 500);

        public Sizes {
            if (draws < 1 || streams < 1 || block < 1 || STREAM % block != 0) {
                throw new IllegalArgumentException(
                        "expected 1 or more draws and streams, and a block that divides "
                                + STREAM
                                + ", got "
                                + draws
                                + ", "
                                + streams
                                + ", "
                                + block);
            }
        }
    }

    public CoverageBench(Sizes sizes, Consumer<String> out) {
        this.sizes = sizes;
        this.out = out;
    }

    public Findings run() {
        Findings findings = new Findings("coverage");
        samples(findings);
        nearOne(findings);
        seeds(findings);
        streams(findings);
        groups(findings);
        return findings;
    }

    private void samples(Findings findings) {
        Trio.Sampler sampler = new Trio.Sampler(20231214);
        out.accept(
                "| n | samples | student | gain | gap | Fieller, all | least | defined | when defined | least |");
        out.accept("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        double least = 1;
        double leastGain = 1;
        for (int n : EXAMPLES) {
            List<FixedSample> row = new ArrayList<>();
            for (double[] a : ACCURACIES) {
                for (double correlation : CORRELATIONS) {
                    Trio trio = new Trio(a[0], a[1], a[2], correlation);
                    row.add(FixedSample.of(trio, n, sizes.draws(), sampler));
                }
            }
            double leastOfN = row.stream().mapToDouble(FixedSample::fieller).min().orElseThrow();
            if (n >= 200) {
                least = Math.min(least, leastOfN);
                leastGain =
                        Math.min(
                                leastGain,
                                row.stream().mapToDouble(FixedSample::gain).min().orElseThrow());
            }
            out.accept(line(n, row, leastOfN));
        }
        findings.figure("fiellerLeast", "Fieller's set, least coverage at n >= 200", least);
        findings.figure("gainLeast", "interval for the gain, likewise", leastGain);
    }

    private String line(int n, List<FixedSample> row, double least) {
        List<FixedSample> defined =
                row.stream().filter(s -> s.defined() * sizes.draws() >= 100).toList();
        return String.format(
                Locale.ROOT,
                "| %,d | %,d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f |",
                n,
                row.size() * sizes.draws(),
                mean(row.stream().mapToDouble(FixedSample::student)),
                mean(row.stream().mapToDouble(FixedSample::gain)),
                mean(row.stream().mapToDouble(FixedSample::gap)),
                mean(row.stream().mapToDouble(FixedSample::fieller)),
                least,
                mean(row.stream().mapToDouble(FixedSample::defined)),
                mean(defined.stream().mapToDouble(FixedSample::whenDefined)),
                defined.stream().mapToDouble(FixedSample::whenDefined).min().orElse(Double.NaN));
    }

    /** Students as good as their ceilings, nearly or more: by gap, over the correlations. */
    private void nearOne(Findings findings) {
        Trio.Sampler sampler = new Trio.Sampler(20250607);
        out.accept("");
        out.accept(
                "| gap | n | PGR | samples | defined | Fieller, all | when defined | least | median reported | barely resolved |");
        out.accept("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        double least = 1;
        double leastClear = 1;
        for (double[] gap : GAPS) {
            for (int n : NEAR_ONE_EXAMPLES) {
                for (double pgr : NEAR_ONE) {
                    List<FixedSample> row = new ArrayList<>();
                    for (double correlation : CORRELATIONS) {
                        double student = gap[0] + pgr * (gap[1] - gap[0]);
                        Trio trio = new Trio(gap[0], student, gap[1], correlation);
                        row.add(FixedSample.of(trio, n, sizes.draws(), sampler));
                    }
                    for (FixedSample sample : row) {
                        least = Math.min(least, sample.fieller());
                        if (sample.defined() >= .9) {
                            leastClear = Math.min(leastClear, sample.whenDefined());
                        }
                    }
                    out.accept(nearOneLine(gap[1] - gap[0], n, pgr, row));
                }
            }
        }
        findings.figure("nearOneFiellerLeast", "PGR .8 to 1.1: Fieller's set, least", least);
        findings.figure(
                "nearOneClearLeast", "likewise when defined, where 90 % or more are", leastClear);
    }

    private String nearOneLine(double gap, int n, double pgr, List<FixedSample> row) {
        return String.format(
                Locale.ROOT,
                "| %.2f | %,d | %.1f | %,d | %.3f | %.3f | %.3f | %.3f | %.2f | %.3f |",
                gap,
                n,
                pgr,
                row.size() * sizes.draws(),
                mean(row.stream().mapToDouble(FixedSample::defined)),
                mean(row.stream().mapToDouble(FixedSample::fieller)),
                mean(row.stream().mapToDouble(FixedSample::whenDefined)),
                row.stream().mapToDouble(FixedSample::whenDefined).min().orElseThrow(),
                mean(row.stream().mapToDouble(FixedSample::median)),
                mean(row.stream().mapToDouble(FixedSample::barely)));
    }

    /** Several seeds on one holdout: by their number, spread and shared errors, over sizes. */
    private void seeds(Findings findings) {
        Trio.Sampler sampler = new Trio.Sampler(20241104);
        int draws = Math.max(1, sizes.draws() / 2);
        out.accept("");
        out.accept(
                "| seeds | deviation | shared | samples | gain | gap | gain / gap | least | defined | lowest to highest | width |");
        out.accept("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (int seeds : SEEDS) {
            double least = 1;
            for (double spread : SPREADS) {
                for (double shared : SHARED) {
                    List<SeedSample> row = new ArrayList<>();
                    for (int n : SEED_EXAMPLES) {
                        var setting = new SeedSample.Setting(seeds, n, spread, shared);
                        row.add(SeedSample.of(setting, draws, sampler));
                    }
                    double leastOfRow =
                            row.stream().mapToDouble(SeedSample::least).min().orElseThrow();
                    least = Math.min(least, leastOfRow);
                    out.accept(
                            String.format(
                                    Locale.ROOT,
                                    "| %d | %.2f | %.1f | %,d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.2f |",
                                    seeds,
                                    spread,
                                    shared,
                                    row.size() * draws,
                                    mean(row.stream().mapToDouble(SeedSample::gain)),
                                    mean(row.stream().mapToDouble(SeedSample::gap)),
                                    mean(row.stream().mapToDouble(SeedSample::ratio)),
                                    leastOfRow,
                                    mean(row.stream().mapToDouble(SeedSample::defined)),
                                    mean(row.stream().mapToDouble(SeedSample::range)),
                                    mean(row.stream().mapToDouble(SeedSample::width))));
                }
            }
            findings.figure("seeds" + seeds + "Least", seeds + " seeds: least coverage", least);
        }
    }

    /** Examples in groups, by their number and how alike they are. */
    private void groups(Findings findings) {
        Trio.Sampler sampler = new Trio.Sampler(20270115);
        out.accept("");
        out.accept(
                "| groups | alike | samples | limits | student | gain | gap | Fieller, all | passed | gain, independent | Fieller, independent | passed, independent | width |");
        out.accept("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        double least = 1;
        double naive = 1;
        for (int groups : GROUPS) {
            for (double alike : ALIKE) {
                int draws = groups > 1_000 ? Math.max(1, sizes.draws() / 10) : sizes.draws();
                GroupSample row =
                        GroupSample.of(new GroupSample.Setting(groups, alike), draws, sampler);
                least = Math.min(least, Math.min(row.gain(), Math.min(row.gap(), row.fieller())));
                naive = Math.min(naive, row.naiveGain());
                out.accept(
                        String.format(
                                Locale.ROOT,
                                "| %,d | %.1f | %,d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.2f |",
                                groups,
                                alike,
                                draws,
                                row.limits(),
                                row.student(),
                                row.gain(),
                                row.gap(),
                                row.fieller(),
                                row.passed(),
                                row.naiveGain(),
                                row.naiveFieller(),
                                row.naivePassed(),
                                row.width()));
            }
        }
        findings.figure("groupsLeast", "groups: cluster-robust intervals, least coverage", least);
        findings.figure("groupsNaiveLeast", "likewise, examples taken as independent", naive);
    }

    private static double mean(DoubleStream values) {
        return values.average().orElse(Double.NaN);
    }

    private void streams(Findings findings) {
        Trio.Sampler sampler = new Trio.Sampler(20210408);
        out.accept("");
        out.accept(
                "| 10,000 examples, looked at every "
                        + sizes.block()
                        + " | streams | gain missed | gap missed | PGR missed | called better | once-only interval missed | width |");
        out.accept("|:--|--:|--:|--:|--:|--:|--:|--:|");
        double most = 0;
        double falselyCalled = 0;
        for (Stream.Drift drift : Stream.DRIFTS) {
            Stream seen = Stream.of(drift, sizes.streams(), STREAM, sizes.block(), sampler);
            most = Math.max(most, Math.max(seen.gain(), Math.max(seen.gap(), seen.pgr())));
            if (drift.noBetter()) {
                falselyCalled = seen.called();
            }
            out.accept(
                    String.format(
                            Locale.ROOT,
                            "| %s | %,d | %.3f | %.3f | %.3f | %.3f | %.3f | %.2f |",
                            seen.name(),
                            seen.streams(),
                            seen.gain(),
                            seen.gap(),
                            seen.pgr(),
                            seen.called(),
                            seen.wald(),
                            seen.width()));
        }
        findings.figure("anytimeMost", "anytime-valid limits, most streams ever missed", most);
        findings.figure("falselyCalled", "no better, yet ever called better", falselyCalled);
    }
}
