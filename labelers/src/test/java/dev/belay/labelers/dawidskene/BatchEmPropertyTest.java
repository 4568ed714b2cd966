package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class BatchEmPropertyTest {
    /** Tiny: all assignments of classes to examples are summed. */
    @Property(seed = "201", tries = 40)
    void iterationsAreThoseOfEmOverAllAssignments(@ForAll Random random) {
        int classes = random.nextBoolean() ? 2 : 3;
        int examples = classes == 2 ? 5 : 4;
        DawidSkeneSettings settings = RandomVotes.settings(classes, 3, random);
        List<ExampleVotes> all = RandomVotes.draw(examples, classes, 3, random);
        // When
        BatchEm.Result result = BatchEm.run(settings, all);
        // Then
        Oracle oracle = new Oracle(RandomVotes.with(settings, 1, 0));
        double[][] posteriors = {};
        for (double objective : result.objectives()) {
            assertEquals(oracle.objective(all), objective, 1e-8);
            Oracle.Step step = oracle.emStep(all);
            posteriors = step.posteriors();
            oracle = step.next();
        }
        for (int i = 0; i < examples; i++) {
            assertArrayEquals(posteriors[i], result.posteriors()[i], 1e-8);
        }
    }

    @Property(seed = "202", tries = 10)
    void theFixedPointIsThatOfEmOverAllAssignments(@ForAll Random random) {
        DawidSkeneSettings settings = RandomVotes.settings(2, 3, random);
        List<ExampleVotes> all = RandomVotes.draw(5, 2, 3, random);
        BatchEm.Result result = BatchEm.run(settings, all);
        Oracle oracle = new Oracle(RandomVotes.with(settings, 1, 0));
        double[][] posteriors = {};
        for (int i = 0; i < 1_000; i++) {
            Oracle.Step step = oracle.emStep(all);
            posteriors = step.posteriors();
            oracle = step.next();
        }
        assertTrue(result.converged());
        for (int i = 0; i < all.size(); i++) {
            assertArrayEquals(posteriors[i], result.posteriors()[i], 1e-3);
        }
    }

    @Property(seed = "203", tries = 40)
    void theObjectiveNeverFalls(@ForAll Random random) {
        int classes = 2 + random.nextInt(4);
        DawidSkeneSettings settings = RandomVotes.settings(classes, 6, random);
        double[] objectives =
                BatchEm.run(settings, RandomVotes.draw(200, classes, 6, random)).objectives();
        for (int i = 1; i < objectives.length; i++) {
            assertTrue(
                    objectives[i] >= objectives[i - 1] - 1e-8,
                    objectives[i - 1] + " then " + objectives[i]);
        }
    }

    @Property(seed = "204", tries = 20)
    void theOrderOfTheExamplesHasNoEffect(@ForAll Random random) {
        DawidSkeneSettings settings = RandomVotes.settings(3, 4, random);
        List<ExampleVotes> all = RandomVotes.draw(100, 3, 4, random);
        List<ExampleVotes> reversed = new ArrayList<>(all);
        Collections.reverse(reversed);
        BatchEm.Result one = BatchEm.run(settings, all);
        BatchEm.Result other = BatchEm.run(settings, reversed);
        for (int i = 0; i < all.size(); i++) {
            assertArrayEquals(one.posteriors()[i], other.posteriors()[all.size() - 1 - i], 1e-4);
        }
    }
}
