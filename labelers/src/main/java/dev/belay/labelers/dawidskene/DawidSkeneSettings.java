package dev.belay.labelers.dawidskene;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/**
 * What an estimator estimates, and its prior.
 *
 * @param classes number of classes K, 2 or more
 * @param sources distinct names of the sources, at least one; a source is an index into them
 * @param model parameters of each source
 * @param abstentions what an abstention says about the class
 * @param classPrior probability of each class, above 0, with a sum of 1 (within 1e-6); empty: it is
 *     learned. Where most sources abstain on most examples EM with a learned one ends with nearly
 *     all examples in one class; a given one keeps it from that
 * @param smoothing pseudo-votes in each cell of each source's table, and pseudo-examples of each
 *     class where the class prior is learned; above 0, so no probability is 0
 * @param diagonal pseudo-votes for the true class, beside those; 0 or more. Above 0 they say that
 *     sources are better than chance: without them nothing tells one class from the other, and all
 *     posteriors stay at the class prior
 * @param stepExponent α of the step size n^−α, in (0.5, 1]: 1 weights all votes of a source alike,
 *     below 1 early ones fade (see {@link DawidSkene})
 * @param warmUp number of first examples whose votes are kept and swept (see {@link DawidSkene});
 *     0: none
 */
public record DawidSkeneSettings(
        int classes,
        List<String> sources,
        Model model,
        Abstentions abstentions,
        List<Double> classPrior,
        double smoothing,
        double diagonal,
        double stepExponent,
        int warmUp) {

    /** Parameters of a source. */
    public enum Model {
        /** One probability for each true class and vote. */
        FULL,
        /**
         * One accuracy; wrong votes are spread evenly over the other classes. The abstention rate
         * is one for each class: a rate in common cancels from the posterior, so a source that
         * fires for one class only would say nothing by its silence.
         */
        ONE_COIN
    }

    /** What an abstention says about the class. Neither is the same as having no vote. */
    public enum Abstentions {
        /**
         * An outcome like a vote: its rate is learned for each class. For sources that abstain on
         * most examples it needs a warm-up: abstentions of many sources together outweigh few
         * votes, and the first posteriors, when little is learned, then decide what is learned.
         */
        OUTCOME,
        /** Nothing: a source that abstains contributes no factor. */
        IGNORED
    }

    private static final double SUM_TOLERANCE = 1e-6;
    private static final long MOST_CELLS = 1 << 27; // 1 GiB

    public DawidSkeneSettings {
        sources = List.copyOf(sources);
        classPrior = List.copyOf(classPrior);
        check(classes >= 2, "classes", classes, "2 or more");
        check(!sources.isEmpty(), "sources", sources, "at least one");
        check(
                new HashSet<>(sources).size() == sources.size(),
                "sources",
                sources,
                "distinct names");
        long cells = (long) sources.size() * classes * (classes + 1);
        check(cells <= MOST_CELLS, "sources · K · (K + 1)", cells, "at most " + MOST_CELLS);
        check(
                classPrior.isEmpty()
                        || (classPrior.size() == classes
                                && classPrior.stream().allMatch(p -> p > 0)
                                && Math.abs(sum(classPrior) - 1) < SUM_TOLERANCE),
                "classPrior",
                classPrior,
                classes + " probabilities above 0 with a sum of 1, or none");
        check(
                smoothing > 0 && smoothing < Double.POSITIVE_INFINITY,
                "smoothing",
                smoothing,
                "a number above 0");
        check(
                diagonal >= 0 && diagonal < Double.POSITIVE_INFINITY,
                "diagonal",
                diagonal,
                "a number not below 0");
        check(
                stepExponent > 0.5 && stepExponent <= 1,
                "stepExponent",
                stepExponent,
                "a number in (0.5, 1]");
        check(warmUp >= 0, "warmUp", warmUp, "0 or more");
    }

    /**
     * The defaults: full tables, abstentions ignored, a balanced class prior, 1 pseudo-vote in each
     * cell and 4 on the diagonal, all votes alike, no warm-up.
     */
    public DawidSkeneSettings(int classes, List<String> sources) {
        this(
                classes,
                sources,
                Model.FULL,
                Abstentions.IGNORED,
                Collections.nCopies(classes, 1.0 / classes),
                1,
                4,
                1,
                0);
    }

    /** The same with other sources. */
    DawidSkeneSettings withSources(List<String> others) {
        return new DawidSkeneSettings(
                classes,
                others,
                model,
                abstentions,
                classPrior,
                smoothing,
                diagonal,
                stepExponent,
                warmUp);
    }

    private static void check(boolean right, String what, Object found, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    "%s: found %s, expected %s".formatted(what, found, expected));
        }
    }

    private static double sum(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Number of outcomes of a source, K votes and the abstention, which is number K. */
    int outcomes() {
        return classes + 1;
    }
}
