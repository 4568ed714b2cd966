package dev.belay.labelers.noise;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Example;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Replaces labels of a source.
 *
 * @param classes of the task; 0 for tasks of kind choice
 * @param matrix of type confusion; null with all others
 * @param length of types longest and shortest, characters
 * @param threshold of the judge, see {@link NoiseType}
 * @param judge name of the source that judges; empty: none does
 * @param missing probability of an abstention
 */
record NoiseLabeler(
        NoiseType type,
        int classes,
        NoiseSchedule schedule,
        @Nullable ConfusionMatrix matrix,
        long length,
        double threshold,
        String judge,
        double missing,
        long seed)
        implements Labeler {
    @Override
    public List<float[]> label(List<LabelerInput> inputs) {
        return inputs.stream().map(this::label).toList();
    }

    @Override
    public int changedFrom(LabelerInput input, float[] answer) {
        GivenLabel given = sources(input).given();
        if (given == null || given.abstained()) {
            return UNCHANGED;
        }
        int before = Distributions.best(given.distribution());
        return Distributions.best(answer) == before ? UNCHANGED : before;
    }

    /** What the source gave that is corrupted, and what the judge gave; null where one has none. */
    private record Sources(@Nullable GivenLabel given, @Nullable GivenLabel judged) {}

    private Sources sources(LabelerInput input) {
        @Nullable GivenLabel given = null;
        @Nullable GivenLabel judged = null;
        for (Map.Entry<String, GivenLabel> source : input.sources().entrySet()) {
            if (ModelId.nameOf(source.getKey()).equals(judge)) {
                judged = source.getValue();
            } else if (given == null) {
                given = source.getValue();
            } else {
                throw new IllegalArgumentException(
                        "found the sources %s, expected one%s"
                                .formatted(
                                        input.sources().keySet(),
                                        judge.isEmpty() ? "" : " besides the judge " + judge));
            }
        }
        return new Sources(given, judged);
    }

    private float[] label(LabelerInput input) {
        Sources sources = sources(input);
        GivenLabel given = sources.given();
        Example example = input.example();
        if (given == null
                || given.abstained()
                || IdHash.uniform("missing:" + seed, example.getId()) < missing) {
            return ABSTAINED;
        }
        float[] from = given.distribution();
        int label = first(from, -1);
        int wrong = replace(example, label, from.length, sources.judged());
        float[] answer = from.clone();
        answer[label] = from[wrong];
        answer[wrong] = from[label];
        return answer;
    }

    /** The class instead of a label; the label itself where it stays. */
    private int replace(Example example, int label, int size, @Nullable GivenLabel judged) {
        double rate = schedule.at(example.getEventTimeMs());
        double u = IdHash.uniform("noise:" + seed, example.getId());
        if (matrix != null) {
            return matrix.replace(label, u, rate);
        }
        if (u >= rate || !isSelected(example, label, judged)) {
            return label;
        }
        if (judged != null && (type == NoiseType.BOUNDARY || type == NoiseType.UNSURE)) {
            return first(judged.distribution(), label);
        }
        // another hash: that of the decision is below the rate
        double v = IdHash.uniform("wrong:" + seed, example.getId());
        int other = (int) (v * (size - 1));
        return other < label ? other : other + 1;
    }

    private boolean isSelected(Example example, int label, @Nullable GivenLabel judged) {
        if (type.hasLength()) {
            int characters = example.getText().length();
            return type == NoiseType.LONGEST ? characters >= length : characters <= length;
        }
        if (!type.isJudged()) {
            return true;
        }
        if (judged == null || judged.abstained()) {
            return false; // nothing is known of it
        }
        float[] p = judged.distribution();
        int best = first(p, -1);
        return switch (type) {
            case BOUNDARY -> p[best] - p[first(p, best)] <= threshold;
            case UNSURE -> p[best] <= threshold;
            default -> best == label && p[best] >= threshold;
        };
    }

    /** The most probable class but one, the lowest of equal ones. */
    private static int first(float[] p, int but) {
        int first = -1;
        for (int k = 0; k < p.length; k++) {
            if (k != but && (first < 0 || p[k] > p[first])) {
                first = k;
            }
        }
        return first;
    }
}
