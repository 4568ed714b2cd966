package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.noise.PredictionPowered;
import dev.belay.aggregators.statistics.noise.WindowEstimate;
import dev.belay.cli.noise.NoiseWindows;
import dev.belay.cli.noise.StudentStream;
import dev.belay.cli.table.TextTable;
import dev.belay.runtime.settings.Settings;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The share of wrong labels by closed window, as {@code --window} asks for them.
 *
 * @param byCeiling whose predictions are used: the ceiling's, else the student's
 */
record NoiseWindowTable(List<WindowEstimate> windows, boolean byCeiling) {
    /**
     * @param length a number of examples, or a duration of event time
     * @throws IllegalArgumentException for any other text, with what is expected
     */
    static NoiseWindowTable of(StudentStream stream, String length) {
        return new NoiseWindowTable(
                length.matches("[0-9]+")
                        ? NoiseWindows.ofExamples(stream, examples(length))
                        : NoiseWindows.ofTime(stream, Settings.duration(length)),
                stream.byCeiling());
    }

    /**
     * Refuses what is neither a number of examples nor a duration.
     *
     * @throws IllegalArgumentException with what is expected
     */
    static void check(String length) {
        boolean good;
        try {
            good =
                    length.matches("[0-9]+")
                            ? examples(length) > 0
                            : Settings.duration(length).toMillis() > 0;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(expected(length), e);
        }
        if (!good) {
            throw new IllegalArgumentException(expected(length));
        }
    }

    private static int examples(String length) {
        return Integer.parseInt(length);
    }

    private static String expected(String length) {
        return "found '%s', expected a number of examples such as 5000, or a duration of event time such as 15m, above 0"
                .formatted(length);
    }

    /** Prints a line a window. */
    void print(PrintWriter out) {
        if (windows.isEmpty()) {
            out.println(
                    "no window is closed: in each partition labels, student and ceiling have to be"
                            + " beyond its end, or the models finished");
            return;
        }
        TextTable table =
                new TextTable(
                        "from",
                        "examples",
                        "truth",
                        "wrong labels, by truth",
                        "prediction-powered",
                        "width",
                        "injected");
        for (WindowEstimate window : windows) {
            Measure truth = window.truth();
            PredictionPowered powered = window.powered();
            Double injected = window.injected();
            table.add(
                    Instant.ofEpochMilli(window.startMs()),
                    window.examples(),
                    truth == null ? 0 : truth.n(),
                    text(truth),
                    text(powered == null ? null : powered.rate()),
                    powered == null
                            ? "undefined"
                            : powered.estimator() == PredictionPowered.Estimator.TRUTH_ONLY
                                    ? "truth only"
                                    : String.format(Locale.ROOT, "%.2f", powered.relativeWidth()),
                    injected == null
                            ? "unknown"
                            : String.format(
                                    Locale.ROOT,
                                    "%.3f%s",
                                    injected,
                                    Boolean.FALSE.equals(window.covers()) ? " outside" : ""));
        }
        table.print(out);
        out.printf(
                "%nclosed windows; width: of the interval with the %s's predictions over that of"
                        + " truth alone.%n",
                byCeiling ? "ceiling" : "student");
        out.println(
                "Intervals are for each window alone: one in twenty misses. Injected: labels that"
                        + " noise has changed; outside: not in the prediction-powered interval.");
    }

    private static String text(@Nullable Measure share) {
        return share == null
                ? "undefined"
                : String.format(
                        Locale.ROOT, "%.3f [%.3f, %.3f]", share.value(), share.low(), share.high());
    }

    void addTo(ArrayNode json) {
        for (WindowEstimate window : windows) {
            ObjectNode object = json.addObject();
            object.put("startMs", window.startMs()).put("endMs", window.endMs());
            object.put("examples", window.examples());
            Measure truth = window.truth();
            object.put("withTruth", truth == null ? 0 : truth.n());
            add(object, "truth", truth);
            PredictionPowered powered = window.powered();
            add(object, "predictionPowered", powered == null ? null : powered.rate());
            object.put("relativeWidth", powered == null ? null : (Double) powered.relativeWidth());
            object.put("estimator", powered == null ? null : powered.estimator().name());
            object.put("injected", window.injected());
        }
    }

    private static void add(ObjectNode to, String name, @Nullable Measure share) {
        if (share == null) {
            to.putNull(name);
            return;
        }
        to.putObject(name)
                .put("value", share.value())
                .put("low", share.low())
                .put("high", share.high());
    }
}
