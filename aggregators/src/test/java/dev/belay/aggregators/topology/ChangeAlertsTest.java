package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.alerts.ChangeAlerts;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of the stream of a pair, with blocks of 50 examples a second. */
class ChangeAlertsTest {
    private static final int BLOCK = 50;

    private final Cluster cluster =
            new Cluster(2, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));
    private final Random random = new Random(7);
    private int examples;
    private int example; // whose label is made
    private IntFunction<Map<String, String>> tags = e -> Map.of();

    @BeforeEach
    void twoStudentsOfOneSupervisor() {
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("a", "weak", null));
        cluster.spec(spec("b", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.READY, 500));
    }

    @Test
    void aJumpOfTheErrorRateIsOneAlertThoughMergerAndShardsRestart() {
        // Given labels of which a tenth is wrong
        stream(2_000, true, label -> flip(label, .1), label -> label);
        assertEquals(List.of(), cluster.alerts());
        // When three tenths are
        int before = examples;
        for (int i = 0; i < 10; i++) {
            stream(100, true, label -> flip(label, .3), label -> label);
            cluster.restart();
        }
        // Then
        List<Alert> errors = of(AlertKind.ERRORS);
        assertEquals(1, errors.size(), errors::toString);
        Alert alert = errors.get(0);
        assertEquals(id("weak"), alert.getSupervisor());
        assertEquals(id("a"), alert.getStudent()); // the first of the two
        assertEquals(.1, alert.getBefore().get(1), .03);
        assertEquals(.3, alert.getAfter().get(1), .1);
        assertTrue(Math.abs(alert.getSinceMs() - timeMs(before)) <= 6_000, alert::toString);
        assertTrue(alert.getUntilMs() >= alert.getSinceMs(), alert::toString);
        assertEquals("belay.t.predictions", alert.getTopic());
    }

    @Test
    void withoutTruthTheLabelsAndTheDisagreementShowIt() {
        stream(2_000, false, label -> label, label -> label);
        assertEquals(List.of(), cluster.alerts());
        // When the supervisor predicts the second class too often, and students do not follow
        stream(1_000, false, label -> random.nextDouble() < .4 ? 1 : label, label -> label);
        assertEquals(List.of(), of(AlertKind.ERRORS));
        assertEquals(1, of(AlertKind.LABELS).size());
        assertEquals(2, of(AlertKind.DISAGREEMENT).size()); // of each student
    }

    @Test
    void truthThatArrivesLaterIsNoChangeOfTheLabels() {
        for (int i = 0; i < 40; i++) {
            int first = examples;
            stream(100, false, label -> flip(label, .2), label -> label);
            for (int e = first; e < examples; e++) {
                cluster.truth("e" + e, e % 2, timeMs(e));
            }
        }
        assertEquals(List.of(), cluster.alerts());
    }

    @Test
    void anAbstainingSupervisorIsAChange() {
        stream(2_000, true, label -> label, label -> label);
        stream(500, true, label -> random.nextDouble() < .3 ? -1 : label, label -> label);
        assertEquals(1, of(AlertKind.ABSTENTIONS).size());
        assertEquals(0, of(AlertKind.ERRORS).size());
    }

    @Test
    void noiseInOneLanguageIsAnAlertThatNamesItThoughMergerAndShardsRestart() {
        // Given: every third example is French, a tenth of all labels is wrong
        tags = example -> Map.of("lang", example % 3 == 0 ? "fr" : "de", "all", "yes");
        stream(3_000, true, label -> flip(label, .1), label -> label);
        assertEquals(List.of(), cluster.alerts());
        // When: half of the French ones are
        int before = examples;
        for (int i = 0; i < 12; i++) {
            stream(100, true, label -> flip(label, example % 3 == 0 ? .5 : .1), label -> label);
            cluster.restart();
        }
        // Then
        List<Alert> french =
                cluster.alerts().stream()
                        .filter(alert -> "lang=fr".equals(alert.getSlice()))
                        .toList();
        assertEquals(1, french.size(), french::toString);
        Alert alert = french.get(0);
        assertEquals(AlertKind.ERRORS, alert.getKind());
        assertEquals(id("weak"), alert.getSupervisor());
        assertEquals(id("a"), alert.getStudent());
        assertEquals(.1, alert.getBefore().get(1), .03);
        assertEquals(.5, alert.getAfter().get(1), .15);
        assertTrue(alert.getExamplesBefore() <= 1_100, alert::toString);
        assertTrue(Math.abs(alert.getSinceMs() - timeMs(before)) <= 6_000, alert::toString);
        assertTrue(ChangeAlerts.key(alert).endsWith("|ERRORS|lang=fr"), alert::toString);
        assertTrue(
                cluster.alerts().stream().noneMatch(a -> "lang=de".equals(a.getSlice())),
                () -> cluster.alerts().toString());
    }

    @Test
    void slicesOfAStudentThatHasEndedAreWatchedInTheNextOne() {
        // Given
        tags = example -> Map.of("lang", example % 3 == 0 ? "fr" : "de");
        stream(300, true, label -> flip(label, .1), label -> label);
        assertEquals(Set.of(id("a")), studentsWithSlices());
        // When
        cluster.checkpoint(checkpoint("a", 1, State.FINISHED, 300));
        stream(300, true, label -> flip(label, .1), label -> label);
        // Then
        assertEquals(Set.of(id("b")), studentsWithSlices());
    }

    /** Those of which slices have detectors. */
    private Set<String> studentsWithSlices() {
        return cluster.detectorKeys().stream()
                .filter(key -> key.startsWith("slice|"))
                .map(key -> key.split("\\|", -1)[1])
                .collect(Collectors.toSet());
    }

    private List<Alert> of(AlertKind kind) {
        return cluster.alerts().stream()
                .filter(alert -> alert.getKind() == kind && alert.getSlice() == null)
                .toList();
    }

    private int flip(int label, double rate) {
        return random.nextDouble() < rate ? 1 - label : label;
    }

    private static long timeMs(int example) {
        return 1_000L * (example / BLOCK);
    }

    /**
     * Sends examples whose truth alternates.
     *
     * @param weak what the supervisor makes of a truth; -1: it abstains
     * @param student what both students predict
     */
    private void stream(int count, boolean truth, IntUnaryOperator weak, IntUnaryOperator student) {
        for (int end = examples + count; examples < end; examples += BLOCK) {
            List<String> ids = new ArrayList<>();
            List<Integer> abstained = new ArrayList<>();
            int[] labels = new int[BLOCK];
            int[] predicted = new int[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                int label = (examples + i) % 2;
                example = examples + i;
                ids.add("e" + (examples + i));
                predicted[i] = student.applyAsInt(label);
                labels[i] = weak.applyAsInt(label);
                if (labels[i] < 0) {
                    abstained.add(i);
                    labels[i] = 0;
                }
                if (truth) {
                    cluster.truth(
                            Truth.newBuilder(
                                            EventFactory.truth(
                                                    "e" + example, label, timeMs(examples)))
                                    .setTags(tags.apply(example))
                                    .build());
                }
            }
            PredictionBlock given = Blocks.progressive("weak", 1, timeMs(examples), ids, labels);
            cluster.block(Blocks.abstaining(given, abstained.toArray(Integer[]::new)));
            for (String name : List.of("a", "b")) {
                cluster.block(Blocks.progressive(name, 1, timeMs(examples), ids, predicted));
            }
            cluster.metrics();
        }
    }
}
