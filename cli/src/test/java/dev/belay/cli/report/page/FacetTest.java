package dev.belay.cli.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleGrid;
import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.SampleSizes;
import dev.belay.cli.report.page.Curve.Role;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class FacetTest {
    @Test
    void aGridHasAFigureForEachSupervisorAndKindOfStudent() {
        RunResults grid = SampleGrid.finished(2);
        List<Facet> facets = Facet.of(grid, grid.finalRows());
        assertEquals(
                List.of(
                        "minilm, taught by bow-100",
                        "minilm, taught by bow-400",
                        "e5, taught by bow-100",
                        "e5, taught by bow-400",
                        "bge, taught by bow-100",
                        "bge, taught by bow-400"),
                facets.stream().map(Facet::title).toList());
        assertEquals(
                List.of(
                        new Facet.Line("bge-naive-bow-400", "cross-entropy"),
                        new Facet.Line("bge-conf-bow-400", "confidence")),
                facets.get(5).lines());
        assertEquals("bge-ceiling", facets.get(5).ceiling());
    }

    @Test
    void aFewStudentsAreOneFigure() {
        RunResults few = SampleRun.finished(1, 2);
        assertEquals(List.of(), Facet.of(few, few.finalRows()));
    }

    @Test
    void studentsThatDifferInMoreThanTheirMethodAreOneFigure() {
        RunResults results = SampleSizes.finished(1);
        assertEquals(5, Facet.of(results, results.finalRows()).size());
        // another of the same encoder, ceiling and loss
        RunResults grid = SampleGrid.finished(1);
        ModelSpec naive = Objects.requireNonNull(grid.spec(SampleRun.id("bge-naive-bow-400", 0)));
        ModelSpec conf = Objects.requireNonNull(grid.spec(SampleRun.id("bge-conf-bow-400", 0)));
        grid.add(ModelSpec.newBuilder(conf).setLoss(naive.getLoss()).build());
        assertEquals(List.of(), Facet.of(grid, grid.finalRows()));
    }

    @Test
    void sizesOfAGridAreDrawnForEachSupervisor() {
        RunResults grid = SampleGrid.finished(3);
        SizeFigure figure = SizeFigure.of(grid, grid.finalRows());
        assertNotNull(figure);
        assertEquals(
                SampleGrid.SUPERVISORS,
                figure.supervisors().stream().map(SizeFigure.Level::name).toList());
        assertEquals(
                List.of("cross-entropy", "cross-entropy", "confidence", "confidence", "ceiling"),
                figure.curves().stream().map(SizeCurve::name).toList());
        for (SizeCurve curve : figure.curves()) {
            assertEquals(3, curve.points().size());
            assertEquals(curve.role() == Role.CEILING, curve.supervisor() == null);
        }
    }

    @Test
    void ofSeveralSeedsPgrAloneHasLimitsAndOfOneAllHave() {
        RunResults several = SampleGrid.finished(3);
        RunResults one = SampleGrid.finished(1);
        SizeFigure ofSeveral = SizeFigure.of(several, several.finalRows());
        SizeFigure ofOne = SizeFigure.of(one, one.finalRows());
        assertNotNull(ofSeveral);
        assertNotNull(ofOne);
        assertEquals(
                List.of("pgr"),
                List.copyOf(ofSeveral.curves().get(0).points().get(0).limits().keySet()));
        assertEquals(
                List.of("accuracy", "pgr", "right", "wrong"),
                List.copyOf(ofOne.curves().get(0).points().get(0).limits().keySet()));
        SizeCurve.Limits limits = ofOne.curves().get(0).points().get(0).limits().get("accuracy");
        assertNotNull(limits);
        Double low = limits.low();
        Double high = limits.high();
        assertNotNull(low);
        assertNotNull(high);
        assertTrue(low < high);
    }
}
