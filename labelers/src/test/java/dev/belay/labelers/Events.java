package dev.belay.labelers;

import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Option;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Events for tests. */
public final class Events {
    private Events() {}

    public static ModelSpec spec(
            String id, String supervisor, LabelPolicy labelPolicy, int evaluateEvery) {
        return ModelSpec.newBuilder()
                .setId(id)
                .setExperiment("exp")
                .setModel("m")
                .setSeed(0)
                .setRun(1)
                .setSpecHash("hash")
                .setTask("task")
                .setClasses(List.of("no", "yes"))
                .setPartitions(1)
                .setEncoderName("hashing")
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor)
                .setSplit(Split.STUDENT)
                .setBudget(100)
                .setLabelPolicy(labelPolicy)
                .setEvaluateEvery(evaluateEvery)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAM)
                                .setLearningRate(0.02)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }

    public static Checkpoint checkpoint(String model, long number, State state) {
        return Checkpoint.newBuilder()
                .setModel(model)
                .setNumber(number)
                .setState(state)
                .setWeightsUri("file:weights-" + number)
                .setWeightsSha256("00")
                .setStateUri("file:state-" + number)
                .setStateSha256("00")
                .setExamplesSeen(number * 10)
                .setCursor(List.of())
                .setNextPartition(0)
                .setSupervisorCheckpoints(List.of())
                .setLoss(0.5)
                .setSpecHash("hash")
                .setSoftwareVersion("test")
                .setEventTimeMs(1000 + number)
                .build();
    }

    /** An example of a task of kind choice. */
    public static Example choice(String id, Split split, String... options) {
        return Example.newBuilder(EventFactory.example(id, split, "text " + id, 7))
                .setOptions(Stream.of(options).map(text -> new Option(text, null)).toList())
                .build();
    }

    /** What was committed to a topic, in order. */
    public static List<ProducerRecord<byte[], byte[]>> committed(
            List<MockProducer<byte[], byte[]>> producers, String topic) {
        return producers.stream()
                .flatMap(p -> p.history().stream())
                .filter(r -> r.topic().equals(topic))
                .toList();
    }

    /** The reasons of dead letters. */
    public static List<String> reasons(List<ProducerRecord<byte[], byte[]>> deadLetters) {
        return deadLetters.stream()
                .map(r -> r.headers().lastHeader("belay.reason").value())
                .map(reason -> new String(reason, StandardCharsets.UTF_8))
                .toList();
    }
}
