package dev.belay.cli.report;

import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.PairMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A run of two methods on labels with two types of noise at four rates, and without any. */
final class SampleNoise {
    private static final List<Double> RATES = List.of(0.0, .05, .1, .2, .4);

    private SampleNoise() {}

    static RunResults finished(int seeds) {
        RunResults results = new RunResults("noise", "wordnet-physical");
        results.counts().examples(new TaskCounts.Examples(0, 1024, 2000));
        SampleRun.add(results, seeds, "ceiling", "minilm", null, 4);
        for (String type : List.of("uniform", "longest")) {
            for (double rate : RATES) {
                if (rate > 0 || type.equals("uniform")) {
                    String labeler = type + "-" + Math.round(100 * rate);
                    results.add(labeler(labeler, type, rate));
                    students(results, seeds, labeler, type.equals("uniform") ? .7 : .2, 1 - rate);
                }
            }
        }
        return results;
    }

    private static void students(
            RunResults results, int seeds, String labeler, double pull, double right) {
        for (String method : List.of("naive", "conf")) {
            String student = method + "-" + labeler;
            SampleRun.add(results, seeds, student, "minilm", labeler, 4);
            for (int seed = 0; seed < seeds; seed++) {
                double follows = method.equals("conf") ? pull + .2 : pull;
                for (int k = 1; k <= 4; k++) {
                    // naive students learn the labels too well in the end
                    boolean late = k == 4 && method.equals("naive");
                    double now = late ? follows - .3 * (1 - right) : follows;
                    long[] cells = SampleRun.cells(student, seed, k, right, now, .9);
                    String ceiling = SampleRun.id("ceiling", seed);
                    PairMetrics row = SampleRun.of(student, seed, k, k == 4, ceiling, k, cells);
                    results.add(
                            PairMetrics.newBuilder(row)
                                    .setSupervisor(SampleRun.id(labeler, seed))
                                    .setStudentCalibration(
                                            new CalibrationFigures(
                                                    .2, .4, .02 + .3 * (1 - right), .01))
                                    .build());
                }
                // a labeler that reads truth alone is one for all seeds; here each has its own
                results.add(
                        LabelerSpec.newBuilder(spec(results, labeler))
                                .setId(SampleRun.id(labeler, seed))
                                .build());
            }
        }
    }

    private static LabelerSpec spec(RunResults results, String labeler) {
        LabelerSpec spec = results.labeler(SampleRun.id(labeler, 0));
        if (spec == null) {
            throw new IllegalStateException("no labeler " + labeler);
        }
        return spec;
    }

    private static LabelerSpec labeler(String name, String type, double rate) {
        return LabelerSpec.newBuilder()
                .setId(SampleRun.id(name, 0))
                .setVersion(0)
                .setTask("wordnet-physical")
                .setClasses(List.of("abstract", "physical"))
                .setPartitions(4)
                .setMethod(new Method("noise", Map.of("type", type, "rate", "" + rate)))
                .setSources(new ArrayList<>(List.of("truth")))
                .setSpecHash("hash")
                .setEventTimeMs(1)
                .build();
    }
}
