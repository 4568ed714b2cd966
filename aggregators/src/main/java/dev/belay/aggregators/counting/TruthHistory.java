package dev.belay.aggregators.counting;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What has been said of an example's truth, the oldest first: usually once, more often where it was
 * corrected or taken back. Which of them counts depends on how long after the example truth may
 * come, so all are kept, up to {@value #MOST}: of more, what was said again goes first, then the
 * oldest.
 */
public record TruthHistory(List<Version> versions) {
    /** In place of a class: not known, or taken back. */
    public static final int UNKNOWN = -1;

    /** Nothing is known. */
    public static final TruthHistory NONE = new TruthHistory(List.of());

    static final int MOST = 16;

    /** Newest wins: greater event time, ties by greater class. */
    private static final Comparator<Version> ORDER =
            Comparator.comparingLong(Version::timeMs).thenComparingInt(Version::label);

    /**
     * @param label class, or {@link #UNKNOWN}: taken back
     * @param timeMs when it became known
     */
    public record Version(int label, long timeMs) {}

    public TruthHistory {
        versions = List.copyOf(versions);
    }

    /** With one more; the same if it was there, or is older than as many as are kept. */
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
            if (all.get(i).label() == all.get(i - 1).label()) {
                return i;
            }
        }
        return 0;
    }

    /** A class that came before the specs and is out of range is as good as none. */
    public TruthHistory below(int classes) {
        return versions.stream().allMatch(v -> v.label() < classes)
                ? this
                : new TruthHistory(
                        versions.stream()
                                .map(
                                        v ->
                                                v.label() < classes
                                                        ? v
                                                        : new Version(UNKNOWN, v.timeMs()))
                                .toList());
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

    /** Whether by a time it was said more than once, and not the same. */
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
