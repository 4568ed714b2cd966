package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.SourceVotes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the sources of each labeler say, alone and against each other. */
final class SourceTable {
    private SourceTable() {}

    /** A line a labeler and source; empty where no labeler of the run reads another. */
    static List<Map<String, Object>> of(RunResults results) {
        List<Map<String, Object>> lines = new ArrayList<>();
        results.counts()
                .votes()
                .forEach(
                        (labeler, sources) -> {
                            if (results.labeler(labeler) != null) {
                                sources.forEach(votes -> lines.add(line(results, labeler, votes)));
                            }
                        });
        return lines;
    }

    private static Map<String, Object> line(RunResults results, String labeler, SourceVotes votes) {
        Map<String, Object> cells = new LinkedHashMap<>();
        String source = votes.getSource();
        cells.put("source", source.equals(ModelId.TRUTH) ? source : results.name(source));
        cells.put("labeler", results.name(labeler) + ", seed " + ModelId.parse(labeler).seed());
        cells.put("examples", Format.count(votes.getExamples()));
        cells.put("coverage", share(votes.getCovered(), votes));
        cells.put("overlap", share(votes.getOverlaps(), votes));
        cells.put("conflict", share(votes.getConflicts(), votes));
        Cells.estimate(cells, "accuracy", results.accuracy(source), 3);
        return cells;
    }

    private static String share(long of, SourceVotes votes) {
        return Format.rate(
                votes.getExamples() == 0 ? null : (Double) ((double) of / votes.getExamples()));
    }
}
