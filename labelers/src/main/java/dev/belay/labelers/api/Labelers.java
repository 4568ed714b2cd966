package dev.belay.labelers.api;

import dev.belay.plugins.Plugins;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The kinds of labelers that are installed. */
public final class Labelers {
    private Labelers() {}

    /** All kinds that an experiment file may name, {@code external} among them. */
    public static Collection<String> kinds() {
        TreeSet<String> kinds = new TreeSet<>(factories().keySet());
        kinds.add(LabelerSpecs.EXTERNAL);
        return kinds;
    }

    /**
     * Checks parameters as {@link LabelerFactory#create} does, and the number of sources.
     *
     * @param sources number of labelers that it reads
     * @throws IllegalArgumentException when they are wrong
     * @throws LabelerException when there is no such kind
     */
    public static void check(
            String kind, List<String> classes, Map<String, String> parameters, int sources) {
        if (!kind.equals(LabelerSpecs.EXTERNAL)) {
            List<String> some = IntStream.range(0, sources).mapToObj("%0100d"::formatted).toList();
            create(kind, classes, parameters, some).close();
        } else if (!parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "an external labeler has no parameters, found " + parameters.keySet());
        } else if (sources > 0) {
            throw new IllegalArgumentException(
                    "an external labeler has no sources, found "
                            + sources
                            + ": Belay does not compute its labels");
        }
    }

    private static Labeler create(
            String kind,
            List<String> classes,
            Map<String, String> parameters,
            List<String> sources) {
        LabelerFactory factory = factory(kind);
        if (sources.size() < factory.leastSources()) {
            throw new IllegalArgumentException(
                    "kind '%s' reads other labelers: expected %d or more sources, found %d"
                            .formatted(kind, factory.leastSources(), sources.size()));
        }
        return factory.create(classes, parameters, sources);
    }

    /**
     * Makes the labeler of a spec; a {@link LearningLabeler} where its kind {@link #learns}, which
     * has learned nothing. What it throws becomes a {@link LabelerException}; each of its answers
     * is checked.
     *
     * @throws LabelerException when its kind is not installed here, or its parameters are wrong
     */
    public static Labeler open(LabelerSpec spec) {
        try {
            Labeler labeler =
                    create(
                            spec.getMethod().getName(),
                            spec.getClasses(),
                            spec.getMethod().getParameters(),
                            spec.getSources());
            return labeler instanceof LearningLabeler learning
                    ? new CheckedLabeler.Learning(spec, learning)
                    : new CheckedLabeler<>(spec, labeler);
        } catch (LabelerException e) {
            throw e;
        } catch (RuntimeException e) { // wrong parameters, or whatever a plug-in throws
            throw new LabelerException(spec.getId() + ": " + e.getMessage(), e);
        }
    }

    /** Whether labelers of a kind learn; false where it is not installed here. */
    public static boolean learns(String kind) {
        LabelerFactory factory = factories().get(kind);
        return factory != null && factory.learns();
    }

    /**
     * Whether the labels of a spec have its sources' votes.
     *
     * @throws LabelerException when its kind is not installed here
     */
    public static boolean keepsVotes(LabelerSpec spec) {
        return factory(spec.getMethod().getName()).keepsVotes();
    }

    /**
     * How long after an example the labels of a spec are given, in event time; ms, 0 or more.
     *
     * @throws LabelerException when its kind is not installed here, or its parameters are wrong
     */
    public static long delayMs(LabelerSpec spec) {
        LabelerFactory factory = factory(spec.getMethod().getName());
        try {
            return factory.delay(spec.getMethod().getParameters()).toMillis();
        } catch (IllegalArgumentException e) {
            throw new LabelerException(spec.getId() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Which single votes of annotators a spec reads; null: none.
     *
     * @throws LabelerException when its kind is not installed here, or its parameters are wrong
     */
    public static @Nullable VoteRule voteRule(LabelerSpec spec) {
        try {
            return voteRule(spec.getMethod().getName(), spec.getMethod().getParameters());
        } catch (IllegalArgumentException e) {
            throw new LabelerException(spec.getId() + ": " + e.getMessage(), e);
        }
    }

    /** The same of a kind and its parameters; null of {@code external}. */
    public static @Nullable VoteRule voteRule(String kind, Map<String, String> parameters) {
        return kind.equals(LabelerSpecs.EXTERNAL) ? null : factory(kind).voteRule(parameters);
    }

    /**
     * Whether a spec reads single votes of annotators; false if its kind is not installed here, or
     * its parameters are wrong, which whoever opens it reports.
     */
    public static boolean readsVotes(LabelerSpec spec) {
        try {
            return kinds().contains(spec.getMethod().getName()) && voteRule(spec) != null;
        } catch (LabelerException e) {
            return false;
        }
    }

    private static LabelerFactory factory(String kind) {
        LabelerFactory factory = factories().get(kind);
        if (factory == null) {
            throw new LabelerException(
                    "no labeler of kind '" + kind + "' is installed, expected one of " + kinds());
        }
        return factory;
    }

    private static Map<String, LabelerFactory> factories() {
        return Plugins.load(LabelerFactory.class);
    }
}
