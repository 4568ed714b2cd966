package dev.belay.labelers.noise;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.LabelerSpecs;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code noise}. Its first source is what it corrupts; types {@code boundary}, {@code unsure}
 * and {@code confident} read a second one, the judge.
 *
 * <p>The probability that a label is replaced is {@code rate}, times the entry of {@code matrix}
 * for type {@code confusion}, of the labels that the type selects ({@link NoiseType}). It may
 * change with the example's event time ({@link NoiseSchedule}): with {@code until-rate} linearly
 * between {@code from} and {@code until}, and in the first {@code burst-length} of each {@code
 * burst-every} since 1970 it is {@code burst-rate}.
 *
 * <p>A replaced distribution has the probabilities of its most probable class and of the new one
 * exchanged. {@code missing} is the probability that the labeler abstains instead. {@code delay} is
 * how long after an example its label is given, in event time; the labels are the same.
 */
public final class NoiseFactory implements LabelerFactory {
    static final String JUDGE = "judge";
    private static final String MATRIX = "matrix";
    private static final String DELAY = "delay";

    @Override
    public String name() {
        return LabelerSpecs.NOISE;
    }

    @Override
    public int leastSources() {
        return 1;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.choice("type", "uniform", NoiseType.names(), "which labels are replaced"),
                Parameter.number("rate", 1, 0, 1, "probability that a selected label is replaced"),
                Parameter.text(
                        MATRIX, "", "confusion: class: {other class: probability}, of wrong ones"),
                Parameter.integer(
                        "length", 0, 0, 1_000_000, "longest, shortest: characters of the text"),
                Parameter.number(
                        "threshold", .5, 0, 1, "boundary, unsure, confident: of the judge"),
                Parameter.text(JUDGE, "", "boundary, unsure, confident: the source that judges"),
                Parameter.number("missing", 0, 0, 1, "probability of an abstention"),
                Parameter.text("from", "", "when the rate begins to change, event time"),
                Parameter.text("until", "", "when it ends to"),
                Parameter.number("until-rate", 0, 0, 1, "the rate from then on"),
                Parameter.text("burst-every", "", "time from one burst to the next, such as 1h"),
                Parameter.text("burst-length", "", "how long a burst is"),
                Parameter.number("burst-rate", 0, 0, 1, "the rate in a burst"),
                Parameter.text(DELAY, "0s", "event time from an example to its label, such as 30s"),
                Parameter.integer("seed", 0, 0, Integer.MAX_VALUE, "of what is replaced"));
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        NoiseType type = NoiseType.valueOf(parameters.text("type").toUpperCase(Locale.ROOT));
        String judge = parameters.text(JUDGE);
        if (type.isJudged() == judge.isEmpty()) {
            throw new IllegalArgumentException(
                    type.isJudged()
                            ? "judge: found none, expected the name of the source that judges"
                            : "judge: found '%s', expected none with type %s"
                                    .formatted(judge, parameters.text("type")));
        }
        long length = parameters.integer("length");
        if (type.hasLength() != given.containsKey("length")) {
            throw new IllegalArgumentException(
                    type.hasLength()
                            ? "length: found none, expected a number of characters"
                            : "length: found %d, expected none with type %s"
                                    .formatted(length, parameters.text("type")));
        }
        String matrix = parameters.text(MATRIX);
        if ((type == NoiseType.CONFUSION) == matrix.isEmpty()) {
            throw new IllegalArgumentException(
                    matrix.isEmpty()
                            ? "matrix: found none, expected {class: {other class: probability}}"
                            : "matrix: found one, expected none with type "
                                    + parameters.text("type"));
        }
        Duration unused = delay(given);
        return new NoiseLabeler(
                type,
                classes.size(),
                schedule(given, parameters),
                matrix.isEmpty() ? null : ConfusionMatrix.parse(matrix, classes),
                length,
                parameters.number("threshold"),
                judge,
                parameters.number("missing"),
                parameters.integer("seed"));
    }

    @Override
    public Duration delay(Map<String, String> given) {
        String text = Parameters.of(this, given).text(DELAY);
        try {
            return Settings.duration(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(DELAY + ": " + e.getMessage(), e);
        }
    }

    private static NoiseSchedule schedule(Map<String, String> given, Parameters parameters) {
        double rate = parameters.number("rate");
        NoiseSchedule.Drift drift = null;
        if (together(given, "from", "until", "until-rate")) {
            long fromMs = time("from", parameters.text("from"));
            long untilMs = time("until", parameters.text("until"));
            if (untilMs <= fromMs) {
                throw new IllegalArgumentException(
                        "until: found %s, expected a time after from: %s"
                                .formatted(parameters.text("until"), parameters.text("from")));
            }
            drift = new NoiseSchedule.Drift(fromMs, untilMs, parameters.number("until-rate"));
        }
        NoiseSchedule.Bursts bursts = null;
        if (together(given, "burst-every", "burst-length", "burst-rate")) {
            long everyMs = duration("burst-every", parameters.text("burst-every"));
            long lengthMs = duration("burst-length", parameters.text("burst-length"));
            if (lengthMs >= everyMs) {
                throw new IllegalArgumentException(
                        "burst-length: found %s, expected less than burst-every: %s"
                                .formatted(
                                        parameters.text("burst-length"),
                                        parameters.text("burst-every")));
            }
            bursts = new NoiseSchedule.Bursts(everyMs, lengthMs, parameters.number("burst-rate"));
        }
        return new NoiseSchedule(rate, drift, bursts);
    }

    /** Whether all of these keys are given; some alone are an error. */
    private static boolean together(Map<String, String> given, String... keys) {
        @Nullable String missing = null;
        @Nullable String found = null;
        for (String key : keys) {
            if (given.containsKey(key)) {
                found = key;
            } else {
                missing = key;
            }
        }
        if (found != null && missing != null) {
            throw new IllegalArgumentException(
                    "%s: found without %s, expected all of %s"
                            .formatted(found, missing, List.of(keys)));
        }
        return found != null;
    }

    private static long time(String key, String text) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "%s: found '%s', expected a time such as 2026-01-31T12:00:00Z"
                            .formatted(key, text),
                    e);
        }
    }

    private static long duration(String key, String text) {
        try {
            long ms = Settings.duration(text).toMillis();
            if (ms > 0) {
                return ms;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(key + ": found " + text + ", expected more than 0");
    }
}
