package dev.belay.labelers.spec;

import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.VersionStart;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the versions of one labeler begin in one partition.
 *
 * <p>An example is labelled by the version whose start is the greatest one not above its offset. A
 * version that is newer than all that have begun begins at the first example that is labelled for
 * the first time. So labels that are given again, from earlier offsets, are the same.
 */
final class VersionHistory {
    private final TreeMap<Long, LabelerSpec> starts = new TreeMap<>(); // by offset

    private final long passed;

    /**
     * @param passed offset behind the last record that was ever passed; 0 where not known
     */
    VersionHistory(Collection<VersionStart> known, long passed) {
        this.passed = passed;
        known.forEach(start -> add(start.getOffset(), start.getSpec()));
    }

    /**
     * The version that labels an example. Before the first start, of which nothing is known (labels
     * of a release without starts), it is the first one known.
     *
     * @param newest version that is published
     */
    LabelerSpec at(long offset, LabelerSpec newest) {
        Map.Entry<Long, LabelerSpec> start = starts.floorEntry(offset);
        if (start == null) {
            start = starts.firstEntry();
        }
        return start == null || begins(offset, newest) ? newest : start.getValue();
    }

    /** Whether the newest version begins at an example, if that is labelled. */
    boolean begins(long offset, LabelerSpec newest) {
        Map.Entry<Long, LabelerSpec> last = starts.lastEntry();
        return last == null
                || (newest.getVersion() > last.getValue().getVersion()
                        && offset > last.getKey()
                        && offset >= passed);
    }

    /** A version begins at an offset. */
    void add(long offset, LabelerSpec spec) {
        starts.put(offset, spec);
    }
}
