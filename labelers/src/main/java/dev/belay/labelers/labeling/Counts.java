package dev.belay.labelers.labeling;

/**
 * Labels and examples counted by a labeler.
 *
 * @param labelled labels committed
 * @param unlabelled records consumed without a label: of other splits, unreadable, or without truth
 * @param tooLate examples whose truth did not arrive within the horizon
 */
record Counts(long labelled, long unlabelled, long tooLate) {
    static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(Counts more) {
        return new Counts(
                labelled + more.labelled, unlabelled + more.unlabelled, tooLate + more.tooLate);
    }
}
