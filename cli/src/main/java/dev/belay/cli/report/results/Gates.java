package dev.belay.cli.report.results;

import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.PairMetrics;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which students were shown to be better than their supervisors, and when. All looks at one student
 * together err with a probability of 5 % at most, so a gate that was passed once stays passed.
 *
 * @param first by student, the first look that passed
 * @param looks by student, how many there were
 */
public record Gates(Map<String, Long> first, Map<String, Long> looks) {

    public static Gates of(RunResults results) {
        Map<String, Long> first = new HashMap<>();
        Map<String, Long> looks = new HashMap<>();
        for (PairMetrics row : results.holdoutRows()) {
            GateFigures gate = row.getGate();
            if (gate != null) {
                looks.merge(row.getStudent(), gate.getLook(), Math::max);
                if (gate.getPassed()) {
                    first.merge(row.getStudent(), gate.getLook(), Math::min);
                }
            }
        }
        return new Gates(first, looks);
    }

    /** The first look at which the student was shown to be better; null if at none. */
    public @Nullable Long firstPassed(String student) {
        return first.get(student);
    }

    /** How many of these students were shown to be better. */
    public long passed(Collection<PairMetrics> students) {
        return students.stream().filter(row -> first.containsKey(row.getStudent())).count();
    }
}
