package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.PairedMoments;
import org.jspecify.annotations.Nullable;

/**
 * Performance gap recovered: (student − supervisor) / (ceiling − supervisor) accuracy, all on the
 * same examples (Burns et al. 2023, section 4), or the reason why it is undefined. Exactly one is
 * null.
 *
 * @param measure the ratio, with Fieller's interval
 * @param undefined the reason why it is undefined
 */
public record Pgr(@Nullable Measure measure, @Nullable Undefined undefined) {

    /** Reasons of an undefined PGR. */
    public enum Undefined {
        /** The pair has no ceiling. */
        NO_CEILING("no-ceiling"),
        /** The ceiling's predictions are not complete yet. */
        CEILING_NOT_READY("ceiling-not-ready"),
        /** Nothing has been counted. */
        NO_EXAMPLES("no-examples"),
        /** More examples may be counted: fixed-sample intervals are not valid. */
        STILL_GROWING("still-growing"),
        /** Some truth is missing; when it arrives, n grows. */
        TRUTH_MISSING("truth-missing"),
        /** The examples are of so few groups that intervals have no limits. */
        TOO_FEW_GROUPS("too-few-groups"),
        /** The interval of the gap lies below 0. */
        CEILING_BELOW_SUPERVISOR("ceiling-below-supervisor"),
        /** The interval of the gap contains 0. */
        GAP_NOT_RESOLVED("gap-not-resolved");

        private final String label;

        Undefined(String label) {
            this.label = label;
        }

        /** Its name in events and reports. */
        public String label() {
            return label;
        }
    }

    /** Status of the ceiling. */
    public enum Ceiling {
        /** The pair has none. */
        NONE,
        /** Its predictions are missing; the cells count it as wrong. */
        PENDING,
        /** It is counted in the cells. */
        COUNTED
    }

    public Pgr {
        if ((measure == null) == (undefined == null)) {
            throw new IllegalArgumentException("either a measure or a reason, got " + measure);
        }
    }

    /**
     * The gap is barely resolved if {@link #resolvedAgain} is below this. PGR is then mostly
     * defined in samples that overestimate the gap, so it is biased downwards and its interval
     * covers the true value in less than 95 % of them ({@code docs/coverage.md}); gain and gap are
     * not affected.
     */
    public static final double BARELY = 0.9;

    /**
     * Probability that another holdout of the same size would resolve the gap, if the true gap
     * equals the estimate.
     *
     * @param moments with the ceiling counted
     * @return null if nothing is counted
     */
    public static @Nullable Double resolvedAgain(PairedMoments moments) {
        return moments.n() == 0 ? null : (Double) moments.resolvedAgain();
    }

    /** Undefined, because no ceiling is counted in the cells. */
    public static Pgr without(Ceiling ceiling) {
        return new Pgr(
                null, ceiling == Ceiling.NONE ? Undefined.NO_CEILING : Undefined.CEILING_NOT_READY);
    }

    /** Undefined, because the interval of this gap is not above 0. */
    public static Pgr unresolved(Measure gap) {
        return new Pgr(
                null,
                gap.high() < 0 ? Undefined.CEILING_BELOW_SUPERVISOR : Undefined.GAP_NOT_RESOLVED);
    }

    /** Replaces a defined PGR, or a reason that depends on the gap's interval, by this reason. */
    public Pgr open(Undefined reason) {
        return measure != null
                        || undefined == Undefined.TOO_FEW_GROUPS
                        || undefined == Undefined.CEILING_BELOW_SUPERVISOR
                        || undefined == Undefined.GAP_NOT_RESOLVED
                ? new Pgr(null, reason)
                : this;
    }

    /** Defined exactly if the lower limit of the gap's interval is above 0. */
    public static Pgr of(PairedMoments moments, Ceiling ceiling) {
        if (ceiling != Ceiling.COUNTED) {
            return without(ceiling);
        }
        if (moments.n() == 0) {
            return new Pgr(null, Undefined.NO_EXAMPLES);
        }
        if (!moments.hasLimits()) {
            return new Pgr(null, Undefined.TOO_FEW_GROUPS);
        }
        return moments.resolvesGap() ? new Pgr(moments.ratio(), null) : unresolved(moments.gap());
    }
}
