package dev.belay.labelers.labeling;

import java.util.List;

/**
 * Labels and examples counted by a labeler.
 *
 * @param labelled labels committed
 * @param unlabelled records consumed without a label: of other splits, unreadable, or without truth
 * @param tooLate examples whose truth did not arrive within the horizon
 * @param sources votes of the labeler's sources on the examples labelled
 */
record Counts(long labelled, long unlabelled, long tooLate, List<SourceCounts> sources) {
    static final Counts NONE = new Counts(0, 0, 0, List.of());

    Counts plus(Counts more) {
        return new Counts(
                labelled + more.labelled,
                unlabelled + more.unlabelled,
                tooLate + more.tooLate,
                SourceCounts.sum(sources, more.sources));
    }
}
