package dev.belay.trainers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.State;
import dev.belay.trainers.checkpoints.Retention.Known;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetentionPropertyTest {
    private enum End {
        GOES_ON,
        FINISHED,
        FAILED
    }

    @Property(tries = 500)
    void whatIsProtectedStaysWhateverThePolicy(
            @ForAll @IntRange(max = 5) int every,
            @ForAll @IntRange(max = 4) int newest,
            @ForAll boolean best,
            @ForAll LabelPolicy labels,
            @ForAll @IntRange(min = 1, max = 30) int checkpoints,
            @ForAll @IntRange(min = 1, max = 31) int readyFrom,
            @ForAll @IntRange(max = 31) int evaluatedTo,
            @ForAll End end,
            @ForAll @IntRange(max = 12) int classes) {
        // Given
        var policy = new dev.belay.schemas.events.Retention(every, newest, best);
        List<Known> known = known(checkpoints, readyFrom, evaluatedTo, end);
        Map<Long, Double> accuracy = new HashMap<>();
        for (long k = 1; k <= Math.min(evaluatedTo, checkpoints); k++) {
            if (classes > 0) {
                accuracy.put(k, (k * 7 % classes) / 12.0);
            }
        }
        // When
        Set<String> going = Retention.removable(policy, labels, known, accuracy);
        // Then
        if (every == 0 && newest == 0 && !best) {
            assertEquals(Set.of(), going);
            return;
        }
        Known last = known.get(known.size() - 1);
        List<Known> able = known.stream().filter(Known::mayLabel).toList();
        for (Known k : known) {
            boolean labelsNow =
                    !able.isEmpty()
                            && k.equals(
                                    labels == LabelPolicy.LATEST
                                            ? able.get(able.size() - 1)
                                            : able.get(0));
            if (k.equals(last)
                    || labelsNow
                    || !k.evaluated()
                    || k.state() == State.FINISHED
                    || (every > 0 && k.number() % every == 0)
                    || k.number() > known.size() - newest) {
                assertFalse(going.contains(k.weightsUri()), () -> k + " goes: " + going);
            }
            assertEquals(
                    !k.stateUri().equals(last.stateUri()),
                    going.contains(k.stateUri()),
                    "only the last training state stays");
        }
        if (best) {
            double most = accuracy.values().stream().mapToDouble(a -> a).max().orElse(-1);
            Known earliest =
                    known.stream()
                            .filter(k -> accuracy.getOrDefault(k.number(), -2.0) == most)
                            .findFirst()
                            .orElse(last);
            assertFalse(going.contains(earliest.weightsUri()), "the best stays");
        }
        assertFalse(going.contains(""));
    }

    @Test
    void whatNothingKeepsGoes() {
        // Given: 10 checkpoints, ready from 4, all evaluated, the 6th the best
        Map<Long, Double> accuracy = new HashMap<>();
        for (long k = 1; k <= 10; k++) {
            accuracy.put(k, k == 6 || k == 8 ? 0.9 : 0.5);
        }
        var policy = new dev.belay.schemas.events.Retention(5, 2, true);
        // When
        Set<String> going =
                Retention.removable(
                        policy, LabelPolicy.FIRST_READY, known(10, 4, 10, End.GOES_ON), accuracy);
        // Then: 4 labels, 5 and 10 by their number, 6 is the best (8 is as good, but later), 9 new
        assertEquals(
                Set.of("w1", "w2", "w3", "w7", "w8"),
                going.stream().filter(u -> u.startsWith("w")).collect(Collectors.toSet()));
    }

    @Test
    void withoutMetricsAnyMayYetBeTheBest() {
        Set<String> going =
                Retention.removable(
                        new dev.belay.schemas.events.Retention(0, 1, true),
                        LabelPolicy.LATEST,
                        known(5, 9, 5, End.GOES_ON),
                        Map.of());
        assertTrue(going.stream().noneMatch(u -> u.startsWith("w")), going::toString);
        assertEquals(4, going.size());
    }

    /** One checkpoint each; a FAILED one names the files of the one before. */
    private static List<Known> known(int n, int readyFrom, int evaluatedTo, End end) {
        List<Known> known = new ArrayList<>();
        for (int k = 1; k <= n; k++) {
            boolean last = k == n;
            State state = k >= readyFrom ? State.READY : State.LEARNING;
            if (last && end == End.FINISHED) {
                state = State.FINISHED;
            } else if (last && end == End.FAILED) {
                String before = n == 1 ? "" : String.valueOf(k - 1);
                known.add(
                        new Known(
                                k,
                                State.FAILED,
                                n == 1 ? "" : "w" + before,
                                n == 1 ? "" : "s" + before,
                                k <= evaluatedTo));
                continue;
            }
            known.add(new Known(k, state, "w" + k, "s" + k, k <= evaluatedTo));
        }
        return known;
    }
}
