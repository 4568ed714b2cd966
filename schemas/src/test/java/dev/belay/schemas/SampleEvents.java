package dev.belay.schemas;

import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.BrierGainFigures;
import dev.belay.schemas.events.CalibrationFigures;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ClassCounts;
import dev.belay.schemas.events.ConfusionCount;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.GateFigures;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.LabelerState;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.PartitionCursor;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.SourceVotes;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.VersionStart;
import dev.belay.schemas.events.Vote;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** One event of each kind with every field set, made up. */
final class SampleEvents {
    static final List<SpecificRecord> ALL =
            List.of(
                    example(),
                    EventFactory.truth("ex-1", 1, 1_700_000_000_001L),
                    EventFactory.label(example(), "demo/bow#0@2", 3L, List.of(0.25f, 0.75f)),
                    EventFactory.block(
                            "demo/conf#0@2",
                            4L,
                            Phase.HOLDOUT,
                            2,
                            List.of("ex-1", "ex-2"),
                            List.of(1L, 2L),
                            List.of(0.5f, 0.5f, 0.125f, 0.875f),
                            100L,
                            true),
                    new Progress(
                            "belay.demo.examples",
                            3,
                            "demo.producer",
                            17L,
                            Map.of("STUDENT", 17L),
                            "00ff",
                            40L,
                            true,
                            57L,
                            List.of(new SourceVotes("demo/bow#0@2", 17L, 9L, 8L, 7L))),
                    new Flip("ex-1", "demo/noisy#0@2", 1L, 0, -1, 1_700_000_000_000L),
                    new Vote("ex-1", "anna", 1, 1_700_000_000_000L),
                    labeler(),
                    new VersionStart("demo/noisy#0@2", 3, 1L, 17L, labeler()),
                    new LabelerState(
                            "demo/ds#0@2",
                            1L,
                            List.of(17L, 0L),
                            List.of(16L, 0L),
                            ByteBuffer.wrap(new byte[] {1, 2, 3})),
                    spec(),
                    checkpoint(),
                    metrics());

    private SampleEvents() {}

    private static Example example() {
        return EventFactory.example(
                "ex-1", Split.STUDENT, "a made-up text, ünïcode", 1_700_000_000_000L);
    }

    private static LabelerSpec labeler() {
        return LabelerSpec.newBuilder()
                .setId("demo/noisy#0@2")
                .setVersion(1)
                .setTask("demo")
                .setClasses(List.of("no", "yes"))
                .setPartitions(4)
                .setMethod(new Method("noise", Map.of("rate", "0.25")))
                .setSources(List.of("demo/bow#0@2"))
                .setSpecHash("abcd")
                .setEventTimeMs(4)
                .build();
    }

    private static ModelSpec spec() {
        return ModelSpec.newBuilder()
                .setId("demo/conf#0@2")
                .setExperiment("demo")
                .setModel("conf")
                .setSeed(0)
                .setRun(2)
                .setSpecHash("abcd")
                .setTask("demo")
                .setClasses(List.of("no", "yes"))
                .setPartitions(4)
                .setEncoderName("minilm")
                .setHead(new Head(HeadKind.MLP, 128))
                .setSupervisor("demo/bow#0@2")
                .setCeiling("demo/ceiling#0@2")
                .setSplit(Split.STUDENT)
                .setDrawBelow(0.5)
                .setBudget(5000)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAMW)
                                .setLearningRate(1e-3)
                                .build())
                .setLoss(new Loss(LossKind.CONFIDENCE, false, 0.75, 0.2, 1000L))
                .setParameters(22_614_914L)
                .build();
    }

    private static Checkpoint checkpoint() {
        return Checkpoint.newBuilder()
                .setModel("demo/conf#0@2")
                .setNumber(4)
                .setState(State.READY)
                .setReason("none")
                .setWeightsUri("w")
                .setWeightsSha256("0a")
                .setStateUri("s")
                .setStateSha256("0b")
                .setExamplesSeen(1024)
                .setCursor(List.of(new PartitionCursor(0, 300L)))
                .setNextPartition(0)
                .setSupervisorCheckpoints(List.of(3L))
                .setLoss(0.5)
                .setGradientNorm(1.5)
                .setSpecHash("abcd")
                .setSoftwareVersion("0")
                .setEventTimeMs(1_700_000_000_002L)
                .build();
    }

    private static PairMetrics metrics() {
        Estimate half = new Estimate(0.5, 0.25, 0.75, 16L);
        return PairMetrics.newBuilder()
                .setExperiment("demo")
                .setTask("demo")
                .setSupervisor("demo/bow#0@2")
                .setStudent("demo/conf#0@2")
                .setCeiling("demo/ceiling#0@2")
                .setSeed(0)
                .setPhase(Phase.PROGRESSIVE)
                .setCheckpoint(4)
                .setExamplesSeen(1024)
                .setSupervisorCheckpoint(3)
                .setCeilingCheckpoint(4L)
                .setWindowStartMs(0L)
                .setWindowEndMs(1000L)
                .setProvisional(true)
                .setCells(Collections.nCopies(16, 1L))
                .setN(16)
                .setWithoutTruth(2)
                .setSupervisorAccuracy(half)
                .setStudentAccuracy(half)
                .setCeilingAccuracy(half)
                .setGain(half)
                .setGap(half)
                .setPgr(half)
                .setPgrUndefined("gap-not-resolved")
                .setAgreement(half)
                .setAgreementWhenSupervisorRight(half)
                .setAgreementWhenSupervisorWrong(half)
                .setEventTimeMs(3)
                .setTooLate(1)
                .setRevised(1)
                .setNewErrorRate(half)
                .setCorrectedRate(half)
                .setStudentRightWhenDiffering(half)
                .setCohensKappa(0.25)
                .setErrorConsistency(0.125)
                .setSupervisorCalibration(new CalibrationFigures(0.5, 0.75, 0.125, 0.0625))
                .setStudentCalibration(new CalibrationFigures(0.25, 0.5, 0.0625, 0.03125))
                .setBrierGain(new BrierGainFigures(0.25, 0.125, 0.125))
                .setByClass(List.of(new ClassCounts(8L, 4L, 5L, 9L, 8L, 6L)))
                .setConfusion(List.of(new ConfusionCount(0, 1, 4L)))
                .setConfusionOmitted(12)
                .setAnytimeGain(half)
                .setAnytimeGap(half)
                .setAnytimePgr(half)
                .setLogEvidence(3.5)
                .setGate(new GateFigures(2L, 0.0083, 0.0333, 0.0167, 0.01, true))
                .setBestPgr(new Best(3L, 0.75))
                .setBehindBestPgr(0.25)
                .setLabelAgreement(half)
                .setBestLabelAgreement(new Best(4L, 0.5))
                .build();
    }
}
