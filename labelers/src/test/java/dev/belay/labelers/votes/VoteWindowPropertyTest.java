package dev.belay.labelers.votes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.VoteRule;
import dev.belay.labelers.votes.VoteWindow.Finding;
import dev.belay.labelers.votes.VoteWindow.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** The window beside a recount of the whole log by the definition in {@link VoteRule}. */
class VoteWindowPropertyTest {
    private static final int EXAMPLES = 12;

    /** A record of the log; without an annotator it takes all votes of the example back. */
    private record Cast(
            String example, @Nullable String annotator, @Nullable Integer label, long timeMs) {}

    @Property(tries = 300)
    void everyPrefixOfALogIsDecidedAsTheDefinitionSays(@ForAll long seed) {
        Random random = new Random(seed);
        List<Cast> log = log(random, 80);
        VoteRule rule = rule(random);
        VoteWindow window = new VoteWindow(Integer.MAX_VALUE);
        for (int n = 0; n <= log.size(); n++) {
            for (int e = 0; e < EXAMPLES; e++) {
                assertEquals(recount(log, n, e, rule), window.find("e" + e, timeMs(e), rule));
            }
            if (n < log.size()) {
                put(window, log.get(n));
            }
        }
    }

    @Property(tries = 300)
    void aSmallWindowThatIsReadAgainWhereItMustGivesTheSameVotes(@ForAll long seed) {
        Random random = new Random(seed);
        List<Cast> log = log(random, 150);
        VoteRule rule = rule(random);
        VoteWindow window = new VoteWindow(1 + random.nextInt(20));
        int position = 0;
        int searches = 0;
        // examples are decided in their order, as of one partition; reading is ahead by chance
        for (int e = 0; e < EXAMPLES; e++) {
            while (true) {
                Finding found = window.find("e" + e, timeMs(e), rule);
                if (found.state() == State.NEEDS_SEARCH) {
                    searches++;
                    assertTrue(searches <= EXAMPLES);
                    window.search(random.nextBoolean() ? Set.of("e" + e) : Set.of("e" + e, "e12"));
                    position = 0;
                } else if (found.state() == State.DECIDED || position == log.size()) {
                    Finding whole = recount(log, log.size(), e, rule);
                    assertEquals(whole.votes(), found.votes());
                    break;
                }
                for (int more = 1 + random.nextInt(10); more > 0 && position < log.size(); more--) {
                    put(window, log.get(position++));
                }
            }
        }
    }

    private static Finding recount(List<Cast> log, int n, int example, VoteRule rule) {
        Map<String, Integer> validVotes = new HashMap<>();
        long horizonMs = rule.horizon().toMillis();
        long streamMs = Long.MIN_VALUE;
        for (Cast cast : log.subList(0, n)) {
            streamMs = cast.annotator() == null ? streamMs : Math.max(streamMs, cast.timeMs());
            if (streamMs > timeMs(example) + horizonMs) {
                return new Finding(State.DECIDED, validVotes);
            }
            boolean counts =
                    rule.annotators().isEmpty()
                            || cast.annotator() == null
                            || rule.annotators().contains(cast.annotator());
            if (!counts
                    || !cast.example().equals("e" + example)
                    || streamMs < timeMs(example) - horizonMs) {
                continue;
            }
            if (cast.annotator() == null) {
                validVotes.clear();
            } else if (cast.label() == null) {
                validVotes.remove(cast.annotator());
            } else {
                validVotes.put(cast.annotator(), cast.label());
                if (validVotes.size() == rule.votes()) {
                    return new Finding(State.DECIDED, validVotes);
                }
            }
        }
        return new Finding(State.OPEN, validVotes);
    }

    private static void put(VoteWindow window, Cast cast) {
        if (cast.annotator() == null) {
            window.remove(cast.example());
        } else {
            window.put(cast.example(), cast.annotator(), cast.label(), cast.timeMs());
        }
    }

    private static long timeMs(int example) {
        return 1_000 + 100L * example;
    }

    private static VoteRule rule(Random random) {
        return new VoteRule(
                random.nextInt(4), Duration.ofMillis(random.nextInt(500)), annotators(random));
    }

    /** All, or some. */
    private static Set<String> annotators(Random random) {
        return random.nextBoolean() ? Set.of() : Set.of("a0", "a1");
    }

    /** Times rise by and large; votes precede, follow and miss their examples. */
    private static List<Cast> log(Random random, int n) {
        List<Cast> log = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int near = i * EXAMPLES / n + random.nextInt(7) - 3;
            String example = "e" + Math.floorMod(near, EXAMPLES + 2);
            int kind = random.nextInt(20);
            log.add(
                    new Cast(
                            example,
                            kind == 0 ? null : "a" + random.nextInt(4),
                            kind < 3 ? null : random.nextInt(3),
                            900 + 1_800L * i / n + random.nextInt(400) - 200));
        }
        return log;
    }
}
