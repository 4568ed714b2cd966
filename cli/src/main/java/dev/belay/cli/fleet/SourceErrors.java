package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.aggregators.statistics.noise.Triplets;
import dev.belay.cli.noise.StudentStream;
import dev.belay.cli.table.TextTable;
import dev.belay.labelers.dawidskene.BatchEm;
import dev.belay.labelers.dawidskene.DawidSkeneSettings;
import dev.belay.labelers.dawidskene.ExampleVotes;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Error rates of three or more sources of a labeler, without truth and with it.
 *
 * @param errors by source
 */
record SourceErrors(List<OfSource> errors) {
    private static final String DAWID_SKENE =
            "Dawid-Skene: given the true class, the sources err independently of each other;"
                    + " classes are taken to be equally frequent, and sources to be better than chance";

    /**
     * @param votes examples that it labelled
     * @param triplets from the agreement of pairs; null: undefined
     * @param dawidSkene share of its votes that are not the class that Dawid-Skene finds; null: it
     *     has no votes
     * @param truth share of its votes that are wrong; null: no truth
     */
    record OfSource(
            String source,
            long votes,
            @Nullable Double triplets,
            @Nullable Double dawidSkene,
            @Nullable Measure truth) {}

    SourceErrors {
        errors = List.copyOf(errors);
    }

    static SourceErrors of(StudentStream stream, int classes) {
        int sources = stream.pair().sources().size();
        List<StudentStream.Row> rows = stream.rows();
        List<ExampleVotes> votes =
                rows.stream().map(row -> ExampleVotes.of(row.votes(), classes)).toList();
        BatchEm.Result found =
                BatchEm.run(new DawidSkeneSettings(classes, stream.pair().sources()), votes);
        long[][] pairs = new long[sources * (sources - 1) / 2][classes * classes];
        long[] n = new long[sources];
        long[] against = new long[sources];
        long[] known = new long[sources];
        long[] wrong = new long[sources];
        for (int i = 0; i < rows.size(); i++) {
            StudentStream.Row row = rows.get(i);
            int latent = ExampleVotes.vote(found.label(i), classes);
            for (Map.Entry<Integer, float[]> one : row.votes().entrySet()) {
                int s = one.getKey();
                int vote = ExampleVotes.vote(one.getValue(), classes);
                if (vote == classes) {
                    continue; // abstained
                }
                n[s]++;
                against[s] += vote != latent ? 1 : 0;
                Integer truth = row.truth();
                known[s] += truth == null ? 0 : 1;
                wrong[s] += truth != null && truth != vote ? 1 : 0;
                row.votes()
                        .headMap(s)
                        .forEach(
                                (earlier, distribution) -> {
                                    int other = ExampleVotes.vote(distribution, classes);
                                    if (other < classes) {
                                        pairs[Triplets.pair(earlier, s)][other * classes + vote]++;
                                    }
                                });
            }
        }
        Triplets triplets = Triplets.symmetric(sources, classes, pairs);
        List<OfSource> errors = new ArrayList<>();
        for (int s = 0; s < sources; s++) {
            errors.add(
                    new OfSource(
                            stream.pair().sources().get(s),
                            n[s],
                            triplets.errors().get(s),
                            n[s] == 0 ? null : (Double) ((double) against[s] / n[s]),
                            Rate.of(wrong[s], known[s])));
        }
        return new SourceErrors(errors);
    }

    void print(PrintWriter out) {
        TextTable table =
                new TextTable("wrong votes of", "votes", "triplets", "Dawid-Skene", "truth");
        for (OfSource of : errors) {
            Measure truth = of.truth();
            table.add(
                    of.source(),
                    of.votes(),
                    text(of.triplets()),
                    text(of.dawidSkene()),
                    truth == null
                            ? "unknown"
                            : String.format(
                                    Locale.ROOT,
                                    "%.3f [%.3f, %.3f]",
                                    truth.value(),
                                    truth.low(),
                                    truth.high()));
        }
        table.print(out);
        out.println();
        out.println(
                "of the examples above only: where the supervisor abstains by what its sources say,"
                        + " their errors appear too rare");
        out.println("triplets: " + Triplets.ASSUMPTION);
        out.println(DAWID_SKENE);
    }

    private static String text(@Nullable Double share) {
        return share == null ? "undefined" : String.format(Locale.ROOT, "%.3f", share);
    }

    void addTo(ArrayNode json) {
        for (OfSource of : errors) {
            Measure truth = of.truth();
            json.addObject()
                    .put("source", of.source())
                    .put("votes", of.votes())
                    .put("triplets", of.triplets())
                    .put("dawidSkene", of.dawidSkene())
                    .put("truth", truth == null ? null : (Double) truth.value())
                    .put("low", truth == null ? null : (Double) truth.low())
                    .put("high", truth == null ? null : (Double) truth.high());
        }
    }
}
