package dev.belay.cli.noise;

import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.cli.export.TopicReader;
import dev.belay.schemas.events.Truth;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The newest truth of an example.
 *
 * @param inclusion probability with which it was drawn; null: no sample
 */
public record KnownTruth(TruthHistory.Version version, @Nullable Double inclusion) {
    /** The class or option; null: retracted. */
    public @Nullable Integer label() {
        return version.label() == TruthHistory.UNKNOWN ? null : (Integer) version.label();
    }

    /** The example's tags, as the slices that it is in. */
    public List<String> slices() {
        return version.slices().names();
    }

    /**
     * The newest of each example, by event time.
     *
     * @param size number of classes, or of an example's options: truths outside are left out; 0 for
     *     examples that are not wanted
     */
    public static Map<String, KnownTruth> newest(
            TopicReader<Truth> reader, ToIntFunction<String> size) {
        Map<String, KnownTruth> newest = new HashMap<>();
        reader.read(
                (id, timestampMs, truth) -> {
                    int labels = size.applyAsInt(id);
                    if (labels == 0
                            || (truth != null
                                    && (truth.getLabel() < 0 || truth.getLabel() >= labels))) {
                        return;
                    }
                    newest.merge(
                            id,
                            new KnownTruth(
                                    TruthHistory.Version.of(timestampMs, truth),
                                    truth == null ? null : truth.getInclusionProbability()),
                            BinaryOperator.maxBy(
                                    Comparator.comparing(KnownTruth::version, TruthHistory.ORDER)));
                });
        return newest;
    }
}
