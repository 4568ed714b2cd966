package dev.belay.cli.results;

import dev.belay.cli.results.SetResult.Ladder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The claims of the field, each tested on the results. */
final class Findings {
    /** Groups that are tasks; the others study one question each. */
    static final Set<String> TASKS = Set.of("nlp", "reward", "chess", "vision");

    /** Groups in which the students of a set may be of one kind in several sizes. */
    private static final Set<String> SIZES = Set.of("sizes", "chess", "vision");

    /**
     * Least difference that counts: the maximum of noisy values exceeds any one of them by chance.
     */
    private static final double LEAST_CHANGE = .01;

    private Findings() {}

    /** All that follow from the tables. */
    static List<Finding> of(List<SetResult> results) {
        List<SetResult> tasks = SetComparisons.groups(results, TASKS);
        List<SetResult> nlp = SetComparisons.groups(results, Set.of("nlp"));
        List<SetResult> chess = SetComparisons.groups(results, Set.of("chess"));
        List<SetResult> more = SetComparisons.groups(results, Set.of("more-data"));
        List<Finding> findings = new ArrayList<>();
        findings.add(
                new Finding(
                        "confidence-minus-naive",
                        "The confidence loss beats naive training where there is a gap",
                        "NLP sets, PGR of confidence (α .5 or .75, the more accurate one on the holdout: optimistic) − PGR of naive",
                        SetComparisons.each(nlp, SetComparisons::confidenceGain),
                        .2));
        size(
                findings,
                SetComparisons.groups(results, SIZES),
                true,
                "one encoder, of which only the size differs");
        size(findings, tasks, false, "other encoders, which differ in pretraining too");
        findings.add(
                new Finding(
                        "passes-naive",
                        "Naive training loses accuracy with many passes",
                        "accuracy of naive: with the fewest passes − with the most",
                        SetComparisons.passes(results, Ladder::naive),
                        0));
        findings.add(
                new Finding(
                        "passes-confidence",
                        "The confidence loss loses less than naive training with many passes",
                        "what naive loses − what confidence loses",
                        SetComparisons.less(
                                SetComparisons.passes(results, Ladder::naive),
                                SetComparisons.passes(results, Ladder::confidence)),
                        0));
        findings.add(
                new Finding(
                        "own-truth",
                        "Weak supervision beats learning from the supervisor's own truth",
                        "accuracy of the best weakly supervised student (optimistic) − on the supervisor's own"
                                + " truth",
                        SetComparisons.each(tasks, SetComparisons::beyondOwnTruth),
                        0));
        findings.add(
                new Finding(
                        "bootstrapping-chess",
                        "Bootstrapping through intermediate sizes helps on chess",
                        "accuracy of the bootstrapped student − of the direct one by the same method",
                        SetComparisons.each(chess, SetComparisons::bootstrappingGain),
                        0));
        findings.add(
                new Finding(
                        "bootstrapping",
                        "Bootstrapping through intermediate sizes helps elsewhere",
                        "accuracy of the bootstrapped student − of the direct one by the same method",
                        SetComparisons.each(
                                SetComparisons.groups(tasks, Set.of("nlp", "reward", "vision")),
                                SetComparisons::bootstrappingGain),
                        0));
        findings.add(
                new Finding(
                        "reward-least",
                        "Reward modelling gains least",
                        "median PGR of naive on the other tasks − on this one",
                        SetComparisons.rewardLoss(tasks),
                        0,
                        SetComparisons.untested(SetComparisons.groups(tasks, Set.of("reward")))));
        findings.add(
                new Finding(
                        "ensembles",
                        "Supervisors trained on different data make a better ensemble than as many"
                                + " trained on the same",
                        "accuracy of the ensemble on different data − on the same",
                        SetComparisons.ensembles(results, Ladder::supervisorAccuracy),
                        0));
        findings.add(
                new Finding(
                        "ensembles-students",
                        "Students of that ensemble are better too",
                        "accuracy of naive: ensemble on different data − on the same",
                        SetComparisons.ensembles(
                                results, ladder -> SetComparisons.accuracy(ladder.naive())),
                        0));
        findings.add(
                new Finding(
                        "easy-to-hard",
                        "Easy-to-hard generalises: students whose labels are all on easy examples"
                                + " beat their supervisor on hard ones",
                        "accuracy on hard examples: the best student there (optimistic) − its supervisor",
                        SetComparisons.each(
                                SetComparisons.groups(results, Set.of("easy-to-hard")),
                                ladder ->
                                        SetComparisons.difference(
                                                SetComparisons.bestDirect(ladder),
                                                ladder.supervisorAccuracy())),
                        0));
        findings.add(
                new Finding(
                        "more-data-helps",
                        "More weak labels help naive training",
                        "accuracy of naive: with all labels − with the fewest",
                        SetComparisons.more(more, true),
                        LEAST_CHANGE));
        findings.add(
                new Finding(
                        "more-data-hurts",
                        "Still more weak labels then hurt naive training",
                        "accuracy of naive: with the best number of labels − with all (never below 0)",
                        SetComparisons.more(more, false),
                        LEAST_CHANGE));
        return findings;
    }

    private static void size(
            List<Finding> findings, List<SetResult> results, boolean oneFamily, String how) {
        String id = oneFamily ? "size" : "encoders";
        findings.add(
                new Finding(
                        id + "-pgr",
                        "Larger students recover more (" + how + ")",
                        "PGR of the largest student − of the smallest, naive",
                        SetComparisons.largest(results, oneFamily, SetComparisons::pgrOfNaive),
                        0));
        findings.add(
                new Finding(
                        id + "-errors",
                        "Larger students agree less with their supervisor's errors (" + how + ")",
                        "agreement where the supervisor is wrong: smallest student − largest, naive",
                        SetComparisons.largest(
                                results,
                                oneFamily,
                                ladder ->
                                        SetComparisons.negative(
                                                SetComparisons.wrongOfNaive(ladder))),
                        0));
    }
}
