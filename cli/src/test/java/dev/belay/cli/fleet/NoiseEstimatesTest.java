package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.cli.fleet.NoiseEstimates.Line;
import dev.belay.cli.fleet.NoiseEstimates.Sample;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NoiseEstimatesTest {
    private static final int N = 5_000;
    private static final double WRONG = .2; // labels
    private static final double[] SOURCES = {.1, .2, .3};

    private final Random random = new Random(3);

    @Test
    void estimatesAreThoseOfARecountAndNearTheRateWhereTheirAssumptionsHold() {
        // Given truth on a tenth, drawn at random
        NoiseEstimates found = NoiseEstimates.of(stream(.1, .1));
        // Then
        assertEquals(N, found.labelled());
        assertEquals(Sample.DECLARED, found.sample());
        long known = found.stream().rows().stream().filter(row -> row.truth() != null).count();
        long wrong =
                found.stream().rows().stream()
                        .filter(row -> row.truth() != null && row.truth() != row.labelled())
                        .count();
        assertEquals(known, found.withTruth());
        Line truth = line(found, "truth");
        assertEquals((double) wrong / known, Objects.requireNonNull(truth.value()));
        assertTrue(width(line(found, "truth, at any time")) > width(truth));
        Line powered = line(found, "prediction-powered");
        assertTrue(width(powered) < .85 * width(truth), powered::toString);
        for (String method : List.of("prediction-powered", "confident learning", "score mixture")) {
            assertEquals(WRONG, Objects.requireNonNull(line(found, method).value()), .05, method);
        }
        assertTrue(Objects.requireNonNull(line(found, "disagreement").low()) <= WRONG);
        Measure missed = Objects.requireNonNull(found.matrix()).get(1, 0);
        assertEquals(WRONG, Objects.requireNonNull(missed).value(), .06);
        // And of the sources
        List<SourceErrors.OfSource> errors = Objects.requireNonNull(found.sources()).errors();
        for (int s = 0; s < SOURCES.length; s++) {
            assertEquals(SOURCES[s], Objects.requireNonNull(errors.get(s).triplets()), .04);
            assertEquals(SOURCES[s], Objects.requireNonNull(errors.get(s).dawidSkene()), .05);
            assertEquals(SOURCES[s], Objects.requireNonNull(errors.get(s).truth()).value(), .06);
        }
    }

    @Test
    void truthThatIsNotDeclaredToBeASampleIsSaid() {
        NoiseEstimates found = NoiseEstimates.of(stream(.1, null));
        assertEquals(Sample.NOT_DECLARED, found.sample());
        assertTrue(text(found).contains("not declared to be a random sample"), text(found));
    }

    @Test
    void withoutTruthThereIsNoRateButAssumptionsAndABound() {
        NoiseEstimates found = NoiseEstimates.of(stream(0, null));
        assertEquals(Sample.NONE, found.sample());
        assertTrue(found.lines().stream().noneMatch(line -> line.method().equals("truth")));
        assertNull(found.matrix());
        assertNull(line(found, "score mixture").value());
        assertNotNull(line(found, "confident learning").value());
        assertTrue(text(found).contains("Noise depends on the true class only"), text(found));
        assertTrue(text(found).contains("at least"), text(found));
    }

    @Test
    void jsonHasTheSameNumbers() {
        NoiseEstimates found = NoiseEstimates.of(stream(1, null));
        assertEquals(Sample.ALL, found.sample());
        assertEquals(
                line(found, "truth").value(),
                found.toJson().at("/estimates/0/value").doubleValue());
        assertEquals(3, found.toJson().at("/sources").size());
    }

    private static Line line(NoiseEstimates of, String method) {
        return of.lines().stream().filter(l -> l.method().equals(method)).findFirst().orElseThrow();
    }

    private static double width(Line line) {
        return Objects.requireNonNull(line.high()) - Objects.requireNonNull(line.low());
    }

    private static String text(NoiseEstimates of) {
        StringWriter text = new StringWriter();
        of.print(new PrintWriter(text, true));
        return text.toString();
    }

    /**
     * Two classes; labels wrong at {@link #WRONG}, the student at .02, all independently.
     *
     * @param share of examples with truth
     * @param declared inclusion probability; null: none
     */
    private StudentStream stream(double share, @Nullable Double declared) {
        List<StudentStream.Row> rows = new ArrayList<>();
        for (int i = 0; i < N; i++) {
            int truth = random.nextInt(2);
            boolean known = random.nextDouble() < share;
            SortedMap<Integer, float[]> votes = new TreeMap<>();
            for (int s = 0; s < SOURCES.length; s++) {
                votes.put(s, oneHot(flip(truth, SOURCES[s]), 1));
            }
            rows.add(
                    new StudentStream.Row(
                            "e" + i,
                            i / 100,
                            oneHot(flip(truth, WRONG), 1),
                            // as a model that has learned the distribution of the labels
                            oneHot(flip(truth, .02), (float) (1 - WRONG)),
                            known ? (Integer) truth : null,
                            known ? declared : null,
                            votes,
                            List.of(),
                            false));
        }
        return new StudentStream(
                spec("student"), spec("noisy"), List.of("a", "b", "c"), rows, false);
    }

    private int flip(int label, double rate) {
        return random.nextDouble() < rate ? 1 - label : label;
    }

    private static float[] oneHot(int label, float p) {
        return label == 0 ? new float[] {p, 1 - p} : new float[] {1 - p, p};
    }

    private static ModelSpec spec(String name) {
        return CompareTest.spec(ModelId.parse("x/" + name + "#0@0"), "t", ModelId.TRUTH);
    }
}
