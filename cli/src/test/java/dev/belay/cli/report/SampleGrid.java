package dev.belay.cli.report;

import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.schemas.events.PairMetrics;
import java.util.List;

/** A run of a grid: two supervisors, three students, two losses. */
public final class SampleGrid {
    public static final List<String> SUPERVISORS = List.of("bow-100", "bow-400");
    public static final List<String> ENCODERS = List.of("minilm", "e5", "bge");
    public static final List<String> LOSSES = List.of("naive", "conf");

    private SampleGrid() {}

    public static RunResults finished(int seeds) {
        int last = 8;
        RunResults results = new RunResults("grid", "wordnet-physical");
        results.counts().examples(new TaskCounts.Examples(5000, last * 256L, 2000));
        SUPERVISORS.forEach(bow -> SampleRun.add(results, seeds, bow, "hashing", null, 1));
        for (String encoder : ENCODERS) {
            SampleRun.add(results, seeds, ceiling(encoder), encoder, null, last);
            for (String loss : LOSSES) {
                for (String bow : SUPERVISORS) {
                    String student = encoder + "-" + loss + "-" + bow;
                    SampleRun.add(results, seeds, student, encoder, bow, last);
                    for (int seed = 0; seed < seeds; seed++) {
                        for (int k = 1; k <= last; k++) {
                            results.add(row(student, encoder, loss, bow, seed, k, last));
                        }
                    }
                }
            }
        }
        return results;
    }

    private static PairMetrics row(
            String student, String encoder, String loss, String bow, int seed, int k, int last) {
        double strong = .8 + .04 * ENCODERS.indexOf(encoder) - .1 * Math.exp(-k / 3.0);
        double weak = bow.equals("bow-100") ? .66 : .745;
        // too many passes: naive training learns the supervisor's errors in the end
        double pull =
                loss.equals("naive")
                        ? .35 - .02 * k
                        : .4 + .06 * ENCODERS.indexOf(encoder) + .01 * k;
        PairMetrics row =
                SampleRun.of(
                        student,
                        seed,
                        k,
                        k == last,
                        SampleRun.id(ceiling(encoder), seed),
                        k,
                        SampleRun.cells(student, seed, k, weak, pull, strong));
        return PairMetrics.newBuilder(row).setSupervisor(SampleRun.id(bow, seed)).build();
    }

    private static String ceiling(String encoder) {
        return encoder.equals("minilm") ? "ceiling" : encoder + "-ceiling";
    }
}
