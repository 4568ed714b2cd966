package dev.belay.aggregators.comparison;

import static dev.belay.aggregators.comparison.Comparison.ANY;

import dev.belay.schemas.LabelerSpecs;
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
 * Selects the supervisor and ceiling checkpoints that a student's checkpoint is compared with, from
 * the current catalog. As the catalog grows, candidates are added; only their order of preference
 * may change.
 */
public final class Comparisons {
    private Comparisons() {}

    /**
     * The HOLDOUT comparisons of a student's checkpoint, the preferred first: with the ceiling's
     * last checkpoint (for the student's last), with the ceiling at equally many examples, without
     * a ceiling. Empty while the supervisor's or the student's checkpoint is not known.
     */
    public static List<Comparison> holdout(Catalog catalog, Pair pair, long checkpoint) {
        Optional<WrittenCheckpoint> student = written(catalog, pair.student(), checkpoint);
        if (student.isEmpty()) {
            return List.of();
        }
        OptionalLong supervisor = supervisorCheckpoint(catalog, pair, student.get());
        if (supervisor.isEmpty()) {
            return List.of();
        }
        List<Comparison> candidates = new ArrayList<>();
        String ceiling = pair.ceiling();
        Comparison base = of(pair, checkpoint, supervisor.getAsLong());
        if (ceiling != null) {
            for (long number : ceilingCheckpoints(catalog, ceiling, student.get())) {
                candidates.add(base.with(ceiling, number));
            }
        }
        candidates.add(base);
        return candidates;
    }

    /**
     * Whether the result of {@link #holdout} for a student's checkpoint can no longer change,
     * whatever checkpoints are received. Call it before {@link #holdout}, since the catalog may
     * change at any time: called after it, a checkpoint received between the two calls is missed.
     */
    public static boolean settled(Catalog catalog, Pair pair, long checkpoint) {
        Optional<WrittenCheckpoint> student = written(catalog, pair.student(), checkpoint);
        if (student.isEmpty() || supervisorCheckpoint(catalog, pair, student.get()).isEmpty()) {
            return false;
        }
        if (pair.ceiling() == null) {
            return true;
        }
        if (catalog.over(pair.ceiling())) {
            return true; // a failed model writes no more checkpoints
        }
        WrittenCheckpoint last = last(catalog, pair.ceiling());
        return last != null
                && (last.finished()
                        || (!student.get().finished()
                                && last.examplesSeen() > student.get().examplesSeen()));
    }

    /**
     * Whether the student's checkpoint {@code from} or a later one may still be compared with a
     * checkpoint of its supervisor or ceiling.
     *
     * @return true as long as that is unknown
     */
    public static boolean mayRead(
            Catalog catalog, Pair pair, long from, String model, long number) {
        Optional<WrittenCheckpoint> student = written(catalog, pair.student(), from);
        WrittenCheckpoint read = catalog.checkpoint(model, number);
        if (student.isEmpty() || read == null) {
            return true;
        }
        if (model.equals(pair.supervisor()) && mayLabel(catalog, student.get(), model, read)) {
            return true;
        }
        // later ones have seen as many examples or more, and the ceiling may still learn
        WrittenCheckpoint equal = catalog.sweptBy(model, student.get().examplesSeen());
        return model.equals(pair.ceiling())
                && (read.finished()
                        || equal == null
                        || read.examplesSeen() >= equal.examplesSeen());
    }

    private static boolean mayLabel(
            Catalog catalog, WrittenCheckpoint student, String supervisor, WrittenCheckpoint read) {
        ModelSpec spec = catalog.spec(supervisor);
        if (spec == null || !read.mayLabel()) {
            return spec == null;
        }
        OptionalLong first = catalog.firstLabelling(supervisor);
        if (first.isPresent() && first.getAsLong() == read.number()) {
            return true;
        }
        List<Long> named = student.supervisorCheckpoints();
        return spec.getLabelPolicy() == LabelPolicy.LATEST
                && (named.isEmpty() || read.number() >= named.get(named.size() - 1));
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

    /** Whether a model's checkpoint is known to exist, so that it may be compared with others. */
    public static boolean isWritten(Catalog catalog, String model, long checkpoint) {
        return written(catalog, model, checkpoint).isPresent();
    }

    /** Whether a model's checkpoint is its last. */
    public static boolean finished(Catalog catalog, String model, long checkpoint) {
        return written(catalog, model, checkpoint).map(WrittenCheckpoint::finished).orElse(false);
    }

    /** Whether a model has written its last checkpoint. */
    public static boolean finished(Catalog catalog, String model) {
        WrittenCheckpoint last = last(catalog, model);
        return last != null && last.finished();
    }

    /** Examples a model's checkpoint had learned from; 0 while unknown. */
    public static long examplesSeen(Catalog catalog, String model, long checkpoint) {
        return written(catalog, model, checkpoint).map(WrittenCheckpoint::examplesSeen).orElse(0L);
    }

    private static Comparison of(Pair pair, long checkpoint, long supervisor) {
        return new Comparison(
                Phase.HOLDOUT,
                pair.student(),
                checkpoint,
                pair.supervisor(),
                supervisor,
                null,
                ANY);
    }

    private static Comparison progressive(Pair pair, @Nullable String ceiling) {
        return new Comparison(
                Phase.PROGRESSIVE, pair.student(), ANY, pair.supervisor(), ANY, ceiling, ANY);
    }

    /**
     * With the policy {@code LATEST} the newest the student's labels name, else the first that may
     * label.
     */
    private static OptionalLong supervisorCheckpoint(
            Catalog catalog, Pair pair, WrittenCheckpoint student) {
        ModelSpec spec = catalog.spec(pair.supervisor());
        if (spec == null) {
            return OptionalLong.empty();
        }
        List<Long> named = student.supervisorCheckpoints();
        if (spec.getLabelPolicy() == LabelPolicy.LATEST && !named.isEmpty()) {
            return OptionalLong.of(named.get(named.size() - 1));
        }
        return withoutCheckpoints(catalog, pair.supervisor())
                ? OptionalLong.of(0)
                : catalog.firstLabelling(pair.supervisor());
    }

    /**
     * Of the checkpoints that are swept: the ceiling's last if the student's is its last too; then
     * the one at equally many examples seen or, once the ceiling has gone past without meeting that
     * number, the last before it.
     */
    private static List<Long> ceilingCheckpoints(
            Catalog catalog, String ceiling, WrittenCheckpoint student) {
        List<Long> numbers = new ArrayList<>();
        WrittenCheckpoint last = last(catalog, ceiling);
        if (last == null) {
            return numbers;
        }
        if (student.finished() && last.finished()) {
            numbers.add(last.number());
        }
        if (last.finished() || last.examplesSeen() >= student.examplesSeen()) {
            WrittenCheckpoint equal =
                    withoutCheckpoints(catalog, ceiling)
                            ? last
                            : catalog.sweptBy(ceiling, student.examplesSeen());
            if (equal != null && !numbers.contains(equal.number())) {
                numbers.add(equal.number());
            }
        }
        return numbers;
    }

    /** A checkpoint, if known; initial weights and labelers without checkpoints have number 0. */
    private static Optional<WrittenCheckpoint> written(
            Catalog catalog, String model, long checkpoint) {
        WrittenCheckpoint known = catalog.checkpoint(model, checkpoint);
        if (known != null) {
            return Optional.of(known);
        }
        if (withoutCheckpoints(catalog, model)) {
            return Optional.of(fixed(checkpoint));
        }
        return checkpoint == 0
                ? Optional.of(new WrittenCheckpoint(0, State.LEARNING, 0, List.of()))
                : Optional.empty();
    }

    private static @Nullable WrittenCheckpoint last(Catalog catalog, String model) {
        return withoutCheckpoints(catalog, model) ? fixed(0) : catalog.last(model);
    }

    private static boolean withoutCheckpoints(Catalog catalog, String model) {
        ModelSpec spec = catalog.spec(model);
        return spec != null
                && spec.getEncoderName().equals(LabelerSpecs.NO_ENCODER)
                && catalog.last(model) == null;
    }

    /** The checkpoint of a labeler that never changes. */
    private static WrittenCheckpoint fixed(long number) {
        return new WrittenCheckpoint(number, State.FINISHED, 0, List.of());
    }
}
