package dev.belay.aggregators.comparison;

import static dev.belay.aggregators.comparison.Comparison.ANY;

import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Which checkpoints a student's checkpoint is compared with, from what the catalog knows now. As it
 * learns more, candidates are added; only the order of preference may change.
 */
public final class Comparisons {
    /** Encoder of labelers that are not Belay's: they need not have checkpoints. */
    private static final String NO_ENCODER = "none";

    private Comparisons() {}

    /**
     * The HOLDOUT comparisons of a student's checkpoint, the preferred first: with the ceiling's
     * last checkpoint (for the student's last), with the ceiling at equally many examples, without
     * a ceiling. Empty while the supervisor's or the student's checkpoint is not known.
     */
    public static List<Comparison> holdout(Catalog catalog, Pair pair, long checkpoint) {
        Optional<Written> student = written(catalog, pair.student(), checkpoint);
        if (student.isEmpty()) {
            return List.of();
        }
        OptionalLong supervisor = supervisorCheckpoint(catalog, pair, student.get());
        if (supervisor.isEmpty()) {
            return List.of();
        }
        List<Comparison> candidates = new ArrayList<>();
        String ceiling = pair.ceiling();
        if (ceiling != null) {
            for (long number : ceilingCheckpoints(catalog, ceiling, student.get())) {
                candidates.add(of(pair, checkpoint, supervisor.getAsLong(), ceiling, number));
            }
        }
        candidates.add(of(pair, checkpoint, supervisor.getAsLong(), null, ANY));
        return candidates;
    }

    /** The PROGRESSIVE comparisons of a pair, the preferred first: with the ceiling, without. */
    public static List<Comparison> progressive(Pair pair) {
        List<Comparison> candidates = new ArrayList<>();
        if (pair.ceiling() != null) {
            candidates.add(progressive(pair, pair.ceiling()));
        }
        candidates.add(progressive(pair, null));
        return candidates;
    }

    /** Whether a model's checkpoint is its last. */
    public static boolean finished(Catalog catalog, String model, long checkpoint) {
        return written(catalog, model, checkpoint).map(Written::finished).orElse(false);
    }

    /** Whether a model has written its last checkpoint. */
    public static boolean finished(Catalog catalog, String model) {
        List<Written> all = checkpoints(catalog, model);
        return !all.isEmpty() && all.get(all.size() - 1).finished();
    }

    /** Examples a model's checkpoint had learned from; 0 while unknown. */
    public static long examplesSeen(Catalog catalog, String model, long checkpoint) {
        return written(catalog, model, checkpoint).map(Written::examplesSeen).orElse(0L);
    }

    private static Comparison of(
            Pair pair, long checkpoint, long supervisor, @Nullable String ceiling, long number) {
        return new Comparison(
                Phase.HOLDOUT,
                pair.student(),
                checkpoint,
                pair.supervisor(),
                supervisor,
                ceiling,
                number);
    }

    private static Comparison progressive(Pair pair, @Nullable String ceiling) {
        return new Comparison(
                Phase.PROGRESSIVE, pair.student(), ANY, pair.supervisor(), ANY, ceiling, ANY);
    }

    /**
     * With the policy {@code LATEST} the newest the student's labels name, else the first that may
     * label.
     */
    private static OptionalLong supervisorCheckpoint(Catalog catalog, Pair pair, Written student) {
        ModelSpec spec = catalog.spec(pair.supervisor());
        if (spec == null) {
            return OptionalLong.empty();
        }
        List<Long> named = student.supervisorCheckpoints();
        if (spec.getLabelPolicy() == LabelPolicy.LATEST && !named.isEmpty()) {
            return OptionalLong.of(named.get(named.size() - 1));
        }
        return checkpoints(catalog, pair.supervisor()).stream()
                .filter(Written::mayLabel)
                .mapToLong(Written::number)
                .findFirst();
    }

    /**
     * Of the checkpoints that are swept: the ceiling's last if the student's is its last too; then
     * the one at equally many examples seen or, once the ceiling has gone past without meeting that
     * number, the last before it.
     */
    private static List<Long> ceilingCheckpoints(Catalog catalog, String ceiling, Written student) {
        List<Long> numbers = new ArrayList<>();
        List<Written> all = checkpoints(catalog, ceiling);
        if (all.isEmpty()) {
            return numbers;
        }
        Written last = all.get(all.size() - 1);
        if (student.finished() && last.finished()) {
            numbers.add(last.number());
        }
        boolean settled = last.finished() || last.examplesSeen() >= student.examplesSeen();
        if (settled) {
            all.stream()
                    .filter(c -> c.examplesSeen() <= student.examplesSeen())
                    .filter(c -> swept(catalog, ceiling, c))
                    .mapToLong(Written::number)
                    .reduce((before, after) -> after)
                    .ifPresent(
                            number -> {
                                if (!numbers.contains(number)) {
                                    numbers.add(number);
                                }
                            });
        }
        return numbers;
    }

    private static boolean swept(Catalog catalog, String model, Written checkpoint) {
        ModelSpec spec = catalog.spec(model);
        int every = spec == null ? 1 : Math.max(1, spec.getEvaluateEvery());
        return checkpoint.finished() || checkpoint.number() % every == 0;
    }

    /** A checkpoint as far as known; the initial weights, and labelers without, have written 0. */
    private static Optional<Written> written(Catalog catalog, String model, long checkpoint) {
        Written known = catalog.checkpoint(model, checkpoint);
        if (known != null) {
            return Optional.of(known);
        }
        if (withoutCheckpoints(catalog, model)) {
            return Optional.of(fixed(checkpoint));
        }
        return checkpoint == 0
                ? Optional.of(new Written(0, State.LEARNING, 0, List.of()))
                : Optional.empty();
    }

    private static List<Written> checkpoints(Catalog catalog, String model) {
        return withoutCheckpoints(catalog, model) ? List.of(fixed(0)) : catalog.checkpoints(model);
    }

    private static boolean withoutCheckpoints(Catalog catalog, String model) {
        ModelSpec spec = catalog.spec(model);
        return spec != null
                && spec.getEncoderName().equals(NO_ENCODER)
                && catalog.checkpoints(model).isEmpty();
    }

    /** What a labeler that never changes predicts with. */
    private static Written fixed(long number) {
        return new Written(number, State.FINISHED, 0, List.of());
    }
}
