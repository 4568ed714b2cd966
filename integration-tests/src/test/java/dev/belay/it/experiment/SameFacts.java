package dev.belay.it.experiment;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares the facts of two runs, repetitions included, and names the first differences. */
final class SameFacts {
    private static final int SHOWN = 10;

    private SameFacts() {}

    /**
     * @throws AssertionError that shows facts with how often the first and the second has them
     */
    static void require(List<String> expected, List<String> found) {
        Map<String, int[]> counts = new TreeMap<>();
        expected.forEach(fact -> counts.computeIfAbsent(fact, f -> new int[2])[0]++);
        found.forEach(fact -> counts.computeIfAbsent(fact, f -> new int[2])[1]++);
        counts.values().removeIf(times -> times[0] == times[1]);
        if (!counts.isEmpty()) {
            StringBuilder text = new StringBuilder();
            text.append("%d facts differ, times expected and found:".formatted(counts.size()));
            counts.entrySet().stream()
                    .limit(SHOWN)
                    .forEach(
                            e ->
                                    text.append(
                                            "\n  %d %d  %s"
                                                    .formatted(
                                                            e.getValue()[0],
                                                            e.getValue()[1],
                                                            e.getKey())));
            throw new AssertionError(text.toString());
        }
    }
}
