package dev.belay.cli.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.SampleSizes;
import dev.belay.cli.report.page.Curve.Role;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SizeFigureTest {
    @Test
    void studentsThatDifferInTheirEncoderAloneAreOneLine() {
        // When
        SizeFigure figure = of(SampleSizes.finished(3));
        // Then
        assertEquals(
                List.of("cross-entropy", "confidence", "ceiling"),
                figure.curves().stream().map(SizeCurve::name).toList());
        SizeCurve naive = figure.curves().get(0);
        assertEquals(
                List.of("naive-mlp", "naive-transformer", "naive-minilm", "naive-bge", "naive-e5"),
                naive.points().stream().map(SizeCurve.Point::model).toList());
        Spread accuracy = naive.points().get(0).accuracy();
        assertEquals(3, accuracy == null ? 0 : accuracy.defined());
        assertEquals("bow", figure.supervisors().get(0).name());
    }

    @Test
    void linesAscendInSize() {
        for (SizeCurve curve : of(SampleSizes.finished(1)).curves()) {
            List<Long> sizes = curve.points().stream().map(SizeCurve.Point::parameters).toList();
            assertEquals(sizes.stream().sorted().toList(), sizes);
        }
    }

    @Test
    void ceilingsAreALineOfTheirOwn() {
        SizeCurve ceiling = of(SampleSizes.finished(2)).curves().get(2);
        assertEquals(Role.CEILING, ceiling.role());
        assertEquals(5, ceiling.points().size());
        assertNotNull(ceiling.points().get(0).accuracy());
        assertNull(ceiling.points().get(0).pgr());
    }

    @Test
    void studentsOfOneSizeAreNoFigure() {
        assertNull(SizeFigure.of(SampleRun.troubled(), SampleRun.troubled().newestRows()));
    }

    @Test
    void studentsWhoseSizeIsNotKnownAreLeftOut() {
        // Given: two sizes, one of which is not known
        RunResults results = SampleRun.finished(1, 2);
        for (ModelSpec spec : results.specs()) {
            if (spec.getEncoderName().equals("bge")) {
                results.add(ModelSpec.newBuilder(spec).setParameters(null).build());
            }
        }
        assertNull(SizeFigure.of(results, results.finalRows()));
    }

    @Test
    void whatIsNotTheSameOnAllLinesIsInTheirNames() {
        // Given
        RunResults results = SampleSizes.finished(1);
        results.add(SampleSizes.like("conf-bge", 0, "bge").setBudget(512).build());
        // When
        List<String> names = of(results).curves().stream().map(SizeCurve::name).toList();
        // Then
        assertEquals(
                List.of(
                        "cross-entropy, 1,024 examples",
                        "confidence, 1,024 examples",
                        "confidence, 512 examples",
                        "ceiling"),
                names);
    }

    @Test
    void trainingTellsLinesApartWhereAnEncoderIsThereTwice() {
        // Given: another student on bge, with other passes
        RunResults results = SampleSizes.finished(1);
        results.add(SampleSizes.like("again", 0, "bge").setPasses(3).build());
        results.add(
                SampleRun.of(
                        "again",
                        0,
                        4,
                        true,
                        SampleRun.id("bge-ceiling", 0),
                        4,
                        SampleRun.cells("again", 0, 4, .755, .5, .9)));
        results.add(SampleRun.checkpoint(SampleRun.id("again", 0), 4, State.FINISHED, null));
        // When
        SizeFigure figure = of(results);
        // Then
        assertEquals(
                List.of(5, 1, 5, 5),
                figure.curves().stream().map(curve -> curve.points().size()).toList());
    }

    private static SizeFigure of(RunResults results) {
        SizeFigure figure = SizeFigure.of(results, results.finalRows());
        assertNotNull(figure);
        return figure;
    }
}
