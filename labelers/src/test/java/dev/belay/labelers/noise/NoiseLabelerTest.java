package dev.belay.labelers.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerContract;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Split;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseLabelerTest extends LabelerContract {
    private static final String JUDGE = "exp/judge#0@0";
    private static final int N = 20_000;

    @Override
    protected String kind() {
        return "noise";
    }

    @Override
    protected Map<String, String> parameters() {
        return Map.of("rate", ".4", "missing", ".2");
    }

    @Override
    protected List<String> sources() {
        return List.of(ModelId.TRUTH);
    }

    @Override
    protected List<LabelerInput> inputs() {
        return truths(30);
    }

    @ParameterizedTest
    @CsvSource({"0", "0.05", "0.3", "1"})
    void uniformReplacesTheRateByEachOtherClassEquallyOften(double rate) {
        List<float[]> answers = label(Map.of("rate", "" + rate), truths(N));
        double[] to = new double[3]; // by distance from the right class
        for (int i = 0; i < N; i++) {
            to[Math.floorMod(argmax(answers.get(i)) - i % 3, 3)]++;
        }
        // four standard errors of a binomial share
        assertEquals(1 - rate, to[0] / N, 4 * Math.sqrt(rate * (1 - rate) / N));
        assertEquals(to[1], to[2], 4 * Math.sqrt(N * rate) + 1e-9);
    }

    @Test
    void wrongLabelsOfALowerRateAreAmongThoseOfAHigherOne() {
        List<float[]> low = label(Map.of("rate", ".1"), truths(N));
        List<float[]> high = label(Map.of("rate", ".3"), truths(N));
        int wrong = 0;
        for (int i = 0; i < N; i++) {
            if (argmax(low.get(i)) != i % 3) {
                wrong++;
                assertArrayEquals(low.get(i), high.get(i));
            }
        }
        assertTrue(wrong > N / 20);
    }

    @Test
    void anotherSeedReplacesOthersIndependently() {
        List<float[]> one = label(Map.of("rate", ".3"), truths(N));
        List<float[]> other = label(Map.of("rate", ".3", "seed", "1"), truths(N));
        double both = 0;
        for (int i = 0; i < N; i++) {
            both += argmax(one.get(i)) != i % 3 && argmax(other.get(i)) != i % 3 ? 1 : 0;
        }
        assertEquals(.09, both / N, 4 * Math.sqrt(.09 * .91 / N));
    }

    @Test
    void confusionGivesTheRowsOfItsMatrixTimesTheRate() {
        Map<String, String> parameters =
                Map.of(
                        "type", "confusion",
                        "matrix",
                                "{\"no\": {\"yes\": 0.4}, \"yes\": {\"no\": 0.1, \"unsure\": 0.2}}",
                        "rate", ".5");
        double[][] counts = new double[3][3];
        List<float[]> answers = label(parameters, truths(N));
        for (int i = 0; i < N; i++) {
            counts[i % 3][argmax(answers.get(i))] += 3.0 / N;
        }
        double[][] expected = {{.8, .2, 0}, {.05, .85, .1}, {0, 0, 1}};
        for (int k = 0; k < 3; k++) {
            assertArrayEquals(expected[k], counts[k], 4 * Math.sqrt(.25 * 3 / N), "row " + k);
        }
    }

    @Test
    void lengthsSelectTheirTexts() {
        for (String type : List.of("longest", "shortest")) {
            for (int characters : new int[] {9, 10, 11}) {
                LabelerInput input = truth("id", "x".repeat(characters), 1, 0);
                float[] answer = label(Map.of("type", type, "length", "10"), List.of(input)).get(0);
                boolean selected = type.equals("longest") ? characters >= 10 : characters <= 10;
                assertEquals(selected, argmax(answer) != 0, type + " " + characters);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // the judge's distribution; the label is class 0; what it becomes, -1: any other class
        "boundary, .45, .40, .15, 1",
        "boundary, .40, .45, .15, 1",
        "boundary, .60, .30, .10, 0",
        "boundary, .10, .44, .46, 2",
        "unsure,   .50, .10, .40, 2",
        "unsure,   .51, .10, .39, 0",
        "confident, .6, .30, .10, -1",
        "confident, .4, .30, .30, 0",
        "confident, .1, .80, .10, 0",
    })
    void aJudgeSelects(String type, float p, float q, float r, int expected) {
        Map<String, GivenLabel> sources = new LinkedHashMap<>();
        sources.put(JUDGE, new GivenLabel(0, new float[] {p, q, r}));
        sources.put(ModelId.TRUTH, new GivenLabel(0, new float[] {1, 0, 0}));
        LabelerInput input =
                new LabelerInput(EventFactory.example("id", Split.STUDENT, "text", 1), sources);
        String threshold = type.equals("boundary") ? ".1" : ".5";
        Map<String, String> parameters =
                Map.of("type", type, "judge", "judge", "threshold", threshold);
        int found = argmax(label(parameters, List.of(input)).get(0));
        assertTrue(expected < 0 ? found != 0 : found == expected, "found " + found);
    }

    @Test
    void driftAndBurstsFollowEventTime() {
        var drift = new NoiseSchedule.Drift(1_000, 2_000, .5);
        var bursts = new NoiseSchedule.Bursts(10_000, 100, .9);
        var schedule = new NoiseSchedule(.1, drift, bursts);
        assertEquals(.9, schedule.at(0));
        assertEquals(.1, schedule.at(100));
        assertEquals(.1, schedule.at(1_000), 1e-12);
        assertEquals(.3, schedule.at(1_500), 1e-12);
        assertEquals(.5, schedule.at(2_000), 1e-12);
        assertEquals(.9, schedule.at(20_099));
        assertEquals(.5, schedule.at(20_100));

        long from = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        Map<String, String> parameters =
                Map.of(
                        "rate", "0",
                        "from", "2026-01-01T00:00:00Z",
                        "until", "2026-01-02T00:00:00Z",
                        "until-rate", "1");
        float[] before = label(parameters, List.of(truth("id", "text", from, 0))).get(0);
        float[] after =
                label(parameters, List.of(truth("id", "text", from + 86_400_000, 0))).get(0);
        assertEquals(0, argmax(before));
        assertTrue(argmax(after) != 0);
    }

    @Test
    void aSoftLabelKeepsItsProbabilitiesAndAnAbstentionStays() {
        var soft = new GivenLabel(3, new float[] {.2f, .7f, .1f});
        var none = new GivenLabel(3, Labeler.ABSTAINED);
        for (GivenLabel given : List.of(soft, none)) {
            var input =
                    new LabelerInput(
                            EventFactory.example("id", Split.STUDENT, "text", 1),
                            Map.of("exp/bow#0@0", given));
            float[] answer = label(Map.of(), List.of(input)).get(0);
            if (given.abstained()) {
                assertEquals(0, answer.length);
            } else {
                assertTrue(argmax(answer) != 1 && answer[argmax(answer)] == .7f);
            }
        }
    }

    @Test
    void theClassBeforeAChangeIsThatOfTheSource() {
        Map<String, String> parameters = Map.of("rate", ".5", "missing", ".2");
        List<LabelerInput> inputs = truths(300);
        try (Labeler labeler = new NoiseFactory().create(CLASSES, parameters)) {
            List<float[]> answers = labeler.label(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                boolean same = answers.get(i).length > 0 && argmax(answers.get(i)) == i % 3;
                int before = labeler.changedFrom(inputs.get(i), answers.get(i));
                assertEquals(same ? Labeler.UNCHANGED : i % 3, before);
            }
            LabelerInput none =
                    new LabelerInput(
                            inputs.get(0).example(),
                            Map.of(ModelId.TRUTH, new GivenLabel(0, Labeler.ABSTAINED)));
            assertEquals(Labeler.UNCHANGED, labeler.changedFrom(none, Labeler.ABSTAINED));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type=confident | judge: found none",
                "judge=bow | judge: found 'bow', expected none with type uniform",
                "type=longest | length: found none",
                "length=3 | length: found 3, expected none",
                "type=confusion | matrix: found none",
                "type=confusion;matrix={\"no\":{\"maybe\":0.1}} | found class 'maybe', expected one of",
                "type=confusion;matrix={\"no\":{\"yes\":0.6,\"unsure\":0.6}} | found a sum of 1.2",
                "type=confusion;matrix={\"no\":null} | found null of no",
                "type=confusion;matrix={\"no\":{\"yes\":null}} | found null of no to yes",
                "until-rate=.5 | until-rate: found without",
                "from=2026-01-02T00:00:00Z;until=2026-01-01T00:00:00Z;until-rate=1 | expected a time after from",
                "from=yesterday;until=2026-01-01T00:00:00Z;until-rate=1 | from: found 'yesterday'",
                "burst-every=1h;burst-length=2h;burst-rate=1 | expected less than burst-every",
                "delay=late | delay: expected a duration",
                "burst-every=often;burst-length=2h;burst-rate=1 | burst-every: expected a duration",
            })
    void wrongParametersAreNamed(String given, String message) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String one : given.strip().split(";", -1)) {
            parameters.put(one.split("=", 2)[0], one.split("=", 2)[1]);
        }
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new NoiseFactory().create(CLASSES, parameters));
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused::toString);
    }

    private static List<float[]> label(Map<String, String> parameters, List<LabelerInput> inputs) {
        try (Labeler labeler = new NoiseFactory().create(CLASSES, parameters)) {
            return labeler.label(inputs);
        }
    }

    /** The class of the i-th is i mod 3. */
    private static List<LabelerInput> truths(int n) {
        List<LabelerInput> inputs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            inputs.add(truth("e" + i, "text", 1, i % 3));
        }
        return inputs;
    }

    private static LabelerInput truth(String id, String text, long timeMs, int label) {
        float[] one = new float[3];
        one[label] = 1;
        return new LabelerInput(
                EventFactory.example(id, Split.STUDENT, text, timeMs),
                Map.of(ModelId.TRUTH, new GivenLabel(0, one)));
    }

    private static int argmax(float[] p) {
        int best = 0;
        for (int k = 1; k < p.length; k++) {
            best = p[k] > p[best] ? k : best;
        }
        return best;
    }
}
