package dev.belay.cli.report;

import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;

/**
 * A run whose students differ in size: two methods with five encoders, of which two are equally
 * big.
 */
public final class SampleSizes {
    static final List<String> ENCODERS = List.of("mlp", "transformer", "minilm", "e5", "bge");

    private SampleSizes() {}

    public static RunResults finished(int seeds) {
        RunResults results = new RunResults("sizes", "wordnet-physical");
        results.counts().examples(new TaskCounts.Examples(5000, 1024, 2000));
        SampleRun.add(results, seeds, "bow", "hashing", null, 4);
        for (String encoder : ENCODERS) {
            SampleRun.add(results, seeds, "naive-" + encoder, encoder, "bow", 4);
            SampleRun.add(results, seeds, "conf-" + encoder, encoder, "bow", 4);
            SampleRun.add(results, seeds, ceiling(encoder), encoder, null, 4);
            double strong = .79 + .03 * ENCODERS.indexOf(encoder);
            for (int seed = 0; seed < seeds; seed++) {
                for (String method : List.of("naive-", "conf-")) {
                    String student = method + encoder;
                    double pull =
                            method.equals("naive-") ? .3 : .4 + .08 * ENCODERS.indexOf(encoder);
                    results.add(
                            SampleRun.of(
                                    student,
                                    seed,
                                    4,
                                    true,
                                    SampleRun.id(ceiling(encoder), seed),
                                    4,
                                    SampleRun.cells(student, seed, 4, .755, pull, strong)));
                }
            }
        }
        return results;
    }

    /** A student like another, with one thing changed. */
    public static ModelSpec.Builder like(String model, int seed, String encoder) {
        return ModelSpec.newBuilder(SampleRun.spec(model, seed, encoder, "bow", 1024));
    }

    private static String ceiling(String encoder) {
        return encoder.equals("minilm") ? "ceiling" : encoder + "-ceiling";
    }
}
