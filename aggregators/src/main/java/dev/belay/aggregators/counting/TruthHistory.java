package dev.belay.aggregators.counting;

import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Versions of an example's truth, oldest first: usually one, more if it was corrected or retracted.
 * Which version counts depends on the accepted lateness, so up to {@value #MOST} are kept; beyond
 * that repetitions are dropped first, then the oldest.
 */
public record TruthHistory(List<Version> versions) {
    /** In place of a class: not known, or retracted. */
    public static final int UNKNOWN = -1;

    /** Nothing is known. */
    public static final TruthHistory NONE = new TruthHistory(List.of());

    static final int MOST = 16;

    /** Newest wins: greater event time, ties by greater class, then cluster, then tags. */
    public static final Comparator<Version> ORDER =
            Comparator.comparingLong(Version::timeMs)
                    .thenComparingInt(Version::label)
                    .thenComparingInt(Version::cluster)
                    .thenComparing(Version::slices);

    /**
     * @param label class or option, or {@link #UNKNOWN}: retracted
     * @param timeMs event time at which it became known
     * @param cluster of the example's group; {@link ClusterSums#NONE} without one
     * @param slices of the example's tags; none of a retraction
     */
    public record Version(int label, long timeMs, int cluster, Slices slices) {
        /** Of an example without a group and tags. */
        public Version(int label, long timeMs) {
            this(label, timeMs, ClusterSums.NONE, Slices.NONE);
        }

        /**
         * @param retractedMs time of the record; counts for a retraction only
         * @param truth null: a retraction
         */
        public static Version of(long retractedMs, @Nullable Truth truth) {
            return truth == null
                    ? new Version(UNKNOWN, retractedMs)
                    : new Version(
                            truth.getLabel(),
                            truth.getEventTimeMs(),
                            ClusterSums.clusterOf(truth.getGroup()),
                            Slices.of(truth.getTags()));
        }
    }

    public TruthHistory {
        versions = List.copyOf(versions);
    }

    /**
     * This history with one more version; unchanged if it is known, or older than all that can be
     * kept.
     */
    public TruthHistory with(Version version) {
        if (versions.contains(version)) {
            return this;
        }
        List<Version> all = new ArrayList<>(versions);
        all.add(version);
        all.sort(ORDER);
        if (all.size() > MOST) {
            if (all.get(0).equals(version)) {
                return this;
            }
            all.remove(leastNeeded(all));
        }
        TruthHistory more = new TruthHistory(all);
        return more.equals(this) ? this : more;
    }

    private static int leastNeeded(List<Version> all) {
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i).label() == all.get(i - 1).label()
                    && all.get(i).cluster() == all.get(i - 1).cluster()
                    && all.get(i).slices().equals(all.get(i - 1).slices())) {
                return i;
            }
        }
        return 0;
    }

    /** A class received before the specs that is out of range counts as unknown. */
    public TruthHistory below(int classes) {
        return versions.stream().allMatch(v -> v.label() < classes)
                ? this
                : new TruthHistory(
                        versions.stream()
                                .map(
                                        v ->
                                                v.label() < classes
                                                        ? v
                                                        : new Version(
                                                                UNKNOWN,
                                                                v.timeMs(),
                                                                v.cluster(),
                                                                v.slices()))
                                .toList());
    }

    /** Those of a choice example that are among its options. */
    TruthHistory within(int options) {
        return versions.stream().allMatch(v -> v.label() < options)
                ? this
                : new TruthHistory(versions.stream().filter(v -> v.label() < options).toList());
    }

    /** The class as far as known at a time, or {@link #UNKNOWN}. */
    int at(long timeMs) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (versions.get(i).timeMs() <= timeMs) {
                return versions.get(i).label();
            }
        }
        return UNKNOWN;
    }

    /** The newest, however late, or {@link #UNKNOWN}. */
    int newest() {
        return versions.isEmpty() ? UNKNOWN : versions.get(versions.size() - 1).label();
    }

    /** The cluster by the newest truth; {@link ClusterSums#NONE} without a group. */
    int cluster() {
        return versions.isEmpty() ? ClusterSums.NONE : versions.get(versions.size() - 1).cluster();
    }

    /** The slices by the newest truth; none if it is a retraction. */
    Slices slices() {
        return versions.isEmpty() ? Slices.NONE : versions.get(versions.size() - 1).slices();
    }

    /** Whether different classes were reported up to a time. */
    boolean revised(long timeMs) {
        return versions.size() > 1
                && versions.stream()
                                .filter(v -> v.timeMs() <= timeMs)
                                .mapToInt(Version::label)
                                .distinct()
                                .count()
                        > 1;
    }
}
