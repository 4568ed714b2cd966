package dev.belay.it.aggregators;

import java.util.Map;
import java.util.TreeMap;

/** How many mutants of each kind there were, and how many of them still made sense. */
final class MutantCensus {
    private final Judge judge;
    private final Map<String, int[]> kinds = new TreeMap<>();
    private int records;

    MutantCensus(Judge judge) {
        this.judge = judge;
    }

    void add(Mutant mutant) {
        var record = mutant.record();
        int[] counts =
                kinds.computeIfAbsent(record.topic() + ": " + mutant.kind(), k -> new int[2]);
        counts[0]++;
        if (judge.of(record.topic(), record.key(), record.value()).nonsense() == null) {
            counts[1]++;
        }
        records++;
    }

    int records() {
        return records;
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        kinds.forEach(
                (kind, counts) ->
                        table.append(
                                "  %-58s %5d, %5d of them good%n"
                                        .formatted(kind, counts[0], counts[1])));
        return table.toString();
    }
}
