package dev.belay.labelers.api;

import dev.belay.plugins.Plugins;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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
            create(kind, classes, parameters, sources).close();
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
            String kind, List<String> classes, Map<String, String> parameters, int sources) {
        LabelerFactory factory = factory(kind);
        if (sources < factory.leastSources()) {
            throw new IllegalArgumentException(
                    "kind '%s' reads other labelers: expected %d or more sources, found %d"
                            .formatted(kind, factory.leastSources(), sources));
        }
        return factory.create(classes, parameters);
    }

    /**
     * Makes the labeler of a spec. What it throws becomes a {@link LabelerException}; each of its
     * answers is checked.
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
                            spec.getSources().size());
            return new Checked(spec, labeler);
        } catch (LabelerException e) {
            throw e;
        } catch (RuntimeException e) { // wrong parameters, or whatever a plug-in throws
            throw new LabelerException(spec.getId() + ": " + e.getMessage(), e);
        }
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
     * Whether a spec reads single votes of annotators; false if its kind is not installed here,
     * which whoever opens it reports.
     *
     * @throws LabelerException when its parameters are wrong
     */
    public static boolean readsVotes(LabelerSpec spec) {
        return kinds().contains(spec.getMethod().getName()) && voteRule(spec) != null;
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

    private record Checked(LabelerSpec spec, Labeler labeler) implements Labeler {
        @Override
        public List<float[]> label(List<LabelerInput> inputs) {
            List<float[]> answers;
            try {
                answers = new ArrayList<>(labeler.label(inputs));
            } catch (RuntimeException e) { // of whatever code a plug-in brings
                throw new LabelerException(spec.getId() + " failed: " + e, e);
            }
            if (answers.size() != inputs.size()) {
                throw new LabelerException(
                        "%s gave %d answers for %d examples"
                                .formatted(spec.getId(), answers.size(), inputs.size()));
            }
            for (int i = 0; i < answers.size(); i++) {
                float[] answer = answers.get(i);
                String problem =
                        Distributions.problem(
                                answer,
                                answer.length == 0,
                                Distributions.size(
                                        spec.getClasses().size(), inputs.get(i).example()));
                if (problem != null) {
                    throw new LabelerException(
                            "%s, example %s: %s"
                                    .formatted(
                                            spec.getId(),
                                            inputs.get(i).example().getId(),
                                            problem));
                }
            }
            return answers;
        }

        @Override
        public int changedFrom(LabelerInput input, float[] answer) {
            return labeler.changedFrom(input, answer);
        }

        @Override
        public void close() {
            labeler.close();
        }
    }
}
