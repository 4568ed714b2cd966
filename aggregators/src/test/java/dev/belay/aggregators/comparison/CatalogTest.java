package dev.belay.aggregators.comparison;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.topology.Specs;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private final Catalog catalog = new Catalog(Specs.TASK);

    @Test
    void aReaderLearnsWhatHasChangedSinceItLastLooked() {
        catalog.add(spec("weak", "truth", null), 0);
        catalog.add(checkpoint("weak", 2, State.READY, 512));
        int before = catalog.version();
        assertEquals(Set.of(id("weak")), catalog.changedSince(0).redefined());
        // When
        catalog.add(checkpoint("weak", 1, State.LEARNING, 256)); // before the last
        catalog.add(spec("naive", "weak", null), 0);
        int between = catalog.version();
        for (long number = 3; number < 1000; number++) {
            catalog.add(checkpoint("weak", number, State.READY, 256 * number));
        }
        // Then
        assertEquals(Set.of(id("weak"), id("naive")), catalog.changedSince(before).redefined());
        assertEquals(Set.of(id("weak")), catalog.changedSince(between).models());
        assertEquals(Set.of(), catalog.changedSince(between).redefined());
        assertEquals(Set.of(), catalog.changedSince(catalog.version()).models());
    }

    @Test
    void theEarliestSpecOwnsTheClassesInWhicheverOrderSpecsComeAndHoweverManyContradictIt() {
        Map<ModelSpec, Long> timestamps =
                Map.of(
                        spec("weak", "truth", null), 5L,
                        spec("naive", "weak", null), 6L,
                        threeClasses("a", 0), 6L,
                        threeClasses("b", 0), 7L,
                        threeClasses("c", 0), 8L,
                        threeClasses("d", 0), 9L);
        List<ModelSpec> specs = new ArrayList<>(timestamps.keySet());
        for (int seed = 0; seed < 50; seed++) {
            Collections.shuffle(specs, new Random(seed));
            Catalog other = new Catalog(Specs.TASK);
            specs.forEach(s -> other.add(s, requireNonNull(timestamps.get(s))));
            // Then
            assertEquals(2, other.classes(), specs::toString);
            assertNull(other.refusal(id("weak")));
            assertNull(other.refusal(id("naive")));
            for (String wrong : List.of("a", "b", "c", "d")) {
                assertEquals(
                        "the spec of x/%s#0@0 has the classes [a, b, c], but task t has [a, b] by the spec of x/weak#0@0: expected the same classes, or another task"
                                .formatted(wrong),
                        other.refusal(id(wrong)));
            }
        }
    }

    @Test
    void otherNamesOrAnotherOrderOfClassesAreRefusedToo() {
        catalog.add(spec("weak", "truth", null), 5);
        for (List<String> names : List.of(List.of("b", "a"), List.of("a", "c"))) {
            catalog.add(
                    ModelSpec.newBuilder(spec("naive", "weak", null)).setClasses(names).build(), 6);
            assertTrue(requireNonNull(catalog.refusal(id("naive"))).contains(names.toString()));
        }
    }

    @Test
    void theOwnerMayChangeTheClassesAndNobodyElse() {
        catalog.add(spec("weak", "truth", null), 5);
        catalog.add(spec("naive", "weak", null), 6);
        catalog.add(threeClasses("naive", 1), 7);
        assertEquals(2, catalog.classes());
        // When the owner has a newer run
        catalog.add(threeClasses("weak", 1), 8);
        // Then
        assertEquals(3, catalog.classes());
        assertNull(catalog.refusal("x/naive#0@1"));
        assertTrue(requireNonNull(catalog.refusal(id("naive"))).contains("x/weak#0@1"));
        // And an old run that is written again is no news
        catalog.add(spec("weak", "truth", null), 9);
        assertEquals(3, catalog.classes());
    }

    @Test
    void aStoredOwnerStaysWhenItsFirstSpecWasCompactedAway() {
        // Given an owner whose spec was written again after one that contradicts it
        catalog.add(spec("weak", "truth", null), 5);
        catalog.add(threeClasses("odd", 0), 6);
        catalog.add(spec("weak", "truth", null), 7);
        TaskOwner stored = requireNonNull(catalog.owner());
        // When another catalog reads what is left of the topic
        Catalog compacted = new Catalog(Specs.TASK);
        compacted.add(threeClasses("odd", 0), 6);
        compacted.add(spec("weak", "truth", null), 7);
        compacted.own(stored);
        // Then
        assertEquals(stored, compacted.owner());
        // And what the specs say of the owner is newer than what was stored
        compacted.add(threeClasses("weak", 0), 8);
        compacted.own(stored);
        assertEquals(3, compacted.classes());
    }

    private static ModelSpec threeClasses(String model, int run) {
        return ModelSpec.newBuilder(spec(model, "truth", null))
                .setId(id(model).replace("@0", "@" + run))
                .setRun(run)
                .setClasses(List.of("a", "b", "c"))
                .build();
    }

    @Test
    void aTombstoneStopsItsRunAndThoseBeforeUntilOneIsWrittenAgain() {
        catalog.add(spec("naive", "weak", null), 0);
        assertFalse(catalog.stopped(id("naive")));
        catalog.stop("x/naive#0@3");
        catalog.stop("no model at all");
        assertTrue(catalog.stopped(id("naive")));
        catalog.add(spec("naive", "weak", null), 0);
        assertFalse(catalog.stopped(id("naive")));
    }

    @Test
    void thatAModelFailsIsNewsOnce() {
        catalog.add(checkpoint("top", 1, State.LEARNING, 256));
        int before = catalog.version();
        catalog.add(checkpoint("top", 2, State.FAILED, 256));
        catalog.add(checkpoint("top", 2, State.FAILED, 256));
        assertEquals(Set.of(id("top")), catalog.changedSince(before).models());
        assertEquals(before + 1, catalog.version());
    }

    @Test
    void whatIsKeptFollowsTheSpecAndThePositionOfTheRun() {
        // Given
        ModelSpec spec = spec("naive", "weak", null);
        catalog.add(spec, 0);
        for (int k = 1; k <= 6; k++) {
            catalog.add(checkpoint("naive", k, State.LEARNING, 256L * k));
        }
        String naive = id("naive");
        // Then
        assertNull(catalog.kept(naive));
        catalog.add(ModelSpec.newBuilder(spec).setRetention(new Retention(4, 2, false)).build(), 0);
        assertEquals(Set.of(4L, 5L, 6L), catalog.kept(naive));
        catalog.stop(naive);
        assertEquals(Set.of(6L), catalog.kept(naive));
        catalog.add(ModelSpec.newBuilder(spec).setId("x/naive#0@1").setRun(1).build(), 0);
        assertTrue(catalog.superseded(naive));
        assertEquals(Set.of(), catalog.kept(naive));
    }
}
