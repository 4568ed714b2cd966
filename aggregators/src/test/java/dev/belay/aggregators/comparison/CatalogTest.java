package dev.belay.aggregators.comparison;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.topology.Specs;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private final Catalog catalog = new Catalog(Specs.TASK);

    @Test
    void aReaderLearnsWhatHasChangedSinceItLastLooked() {
        catalog.add(spec("weak", "truth", null));
        catalog.add(checkpoint("weak", 2, State.READY, 512));
        int before = catalog.version();
        assertEquals(Set.of(id("weak")), catalog.changedSince(0).redefined());
        // When
        catalog.add(checkpoint("weak", 1, State.LEARNING, 256)); // before the last
        catalog.add(spec("naive", "weak", null));
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
    void classesAreThoseOfMostModelsInTheirNewestRunsInWhicheverOrderTheyCome() {
        List<ModelSpec> specs =
                List.of(
                        spec("weak", "truth", null),
                        spec("naive", "weak", null),
                        threeClasses("odd", 0),
                        threeClasses("naive", 1),
                        threeClasses("weak", 1));
        for (int first = 0; first < specs.size(); first++) {
            Catalog other = new Catalog(Specs.TASK);
            for (int i = 0; i < specs.size(); i++) {
                other.add(specs.get((first + i) % specs.size()));
            }
            assertEquals(3, other.classes(), "from " + first);
        }
        specs.subList(0, 3).forEach(catalog::add);
        assertEquals(2, catalog.classes());
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
        catalog.add(spec("naive", "weak", null));
        assertFalse(catalog.stopped(id("naive")));
        catalog.stop("x/naive#0@3");
        catalog.stop("no model at all");
        assertTrue(catalog.stopped(id("naive")));
        catalog.add(spec("naive", "weak", null));
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
        catalog.add(spec);
        for (int k = 1; k <= 6; k++) {
            catalog.add(checkpoint("naive", k, State.LEARNING, 256L * k));
        }
        String naive = id("naive");
        // Then
        assertNull(catalog.kept(naive));
        catalog.add(ModelSpec.newBuilder(spec).setRetention(new Retention(4, 2, false)).build());
        assertEquals(Set.of(4L, 5L, 6L), catalog.kept(naive));
        catalog.stop(naive);
        assertEquals(Set.of(6L), catalog.kept(naive));
        catalog.add(ModelSpec.newBuilder(spec).setId("x/naive#0@1").setRun(1).build());
        assertTrue(catalog.superseded(naive));
        assertEquals(Set.of(), catalog.kept(naive));
    }
}
