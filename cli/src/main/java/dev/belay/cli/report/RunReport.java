package dev.belay.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.report.page.ReportHtml;
import dev.belay.cli.report.results.AtomicFile;
import dev.belay.cli.report.results.RowJson;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.SummaryJson;
import dev.belay.schemas.events.PairMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** Writes what a run leaves behind: summary.json, metrics.jsonl and report.html. */
public final class RunReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RunReport() {}

    /**
     * Replaces the three files in {@code directory}, which is made where missing. Each is whole or
     * not there, and the same events give the same bytes but for the date on the report.
     *
     * @param written the date on the report
     * @throws IOException when a file can't be written
     */
    public static void write(RunResults results, Path directory, Instant written)
            throws IOException {
        AtomicFile.write(
                directory.resolve("metrics.jsonl"),
                out -> {
                    for (PairMetrics row : results.rows()) {
                        out.write(JSON.writeValueAsString(RowJson.line(row, results)));
                        out.write('\n');
                    }
                });
        AtomicFile.write(
                directory.resolve("report.html"),
                out -> out.write(ReportHtml.of(results, written)));
        // Last: whoever waits for the summary finds the others there.
        AtomicFile.write(
                directory.resolve("summary.json"),
                out -> {
                    out.write(
                            JSON.writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(SummaryJson.of(results)));
                    out.write('\n');
                });
    }
}
