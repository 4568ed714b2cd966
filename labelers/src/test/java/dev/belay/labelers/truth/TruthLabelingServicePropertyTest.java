package dev.belay.labelers.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.labelers.labeling.LabelerTopics;
import dev.belay.labelers.labeling.Labeling;
import dev.belay.labelers.records.Inbox;
import dev.belay.labelers.records.Outbox;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.labelers.records.RecordReader;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The labels log of the truth labeler is a function of the logs of examples and truth: neither how
 * they arrive, nor kills, nor how much truth fits in memory changes it, and no example waits for
 * truth that a later one has shown to be too late.
 */
class TruthLabelingServicePropertyTest {
    private static final LabelerTopics TOPICS =
            LabelerTopics.of(Topics.defaults(), "task", "truth", 1, 2);
    private static final TopicPartition EXAMPLES = new TopicPartition(TOPICS.input(), 0);
    private static final TopicPartition TRUTH = new TopicPartition(TOPICS.truth(), 0);
    private static final long HORIZON = 10;
    private static final int IDS = 30;

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final RecordReader reader = new RecordReader(clients.codec(), 1);

    /** What is on the broker. */
    private final class Broker {
        final List<Example> examples = new ArrayList<>();
        final List<Truth> truth = new ArrayList<>();
        final Map<TopicPartition, OffsetAndMetadata> group = new HashMap<>();
        final List<String> labelled = new ArrayList<>();
        @Nullable Progress progress;
        @Nullable TruthDraw draw;

        Labeling newLife(int limit) {
            LogConsumer consumer = new LogConsumer(EXAMPLES, this);
            LogConsumer truthConsumer = new LogConsumer(TRUTH, this);
            Inbox inbox = new Inbox(consumer, TOPICS.input(), 7);
            DeadLetters letters = new DeadLetters(clients, "test");
            PartitionEnds never = (topic, partition, position) -> false;
            var judge =
                    new TruthLabeler(
                            truthConsumer,
                            TOPICS.truth(),
                            2,
                            reader,
                            letters,
                            never,
                            partition -> 0,
                            new TruthLabeler.Waiting(
                                    () -> HORIZON, limit, inbox::keys, () -> draw));
            var labeling =
                    new Labeling(
                            TOPICS,
                            inbox,
                            new Outbox(() -> new LogProducer(this)),
                            judge,
                            never,
                            partition -> progress,
                            reader,
                            letters,
                            Clock.systemUTC(),
                            Runnable::run,
                            null);
            consumer.rebalance(List.of(EXAMPLES));
            OffsetAndMetadata committed = group.get(EXAMPLES);
            consumer.seek(EXAMPLES, committed == null ? 0 : committed.offset());
            return labeling;
        }

        List<? extends SpecificRecord> log(TopicPartition partition) {
            return partition.equals(TRUTH) ? truth : examples;
        }
    }

    /** Gives what the log has from its position on, also after being set back. */
    private final class LogConsumer extends MockConsumer<byte[], byte[]> {
        private final TopicPartition partition;
        private final Broker broker;

        LogConsumer(TopicPartition partition, Broker broker) {
            super("earliest");
            this.partition = partition;
            this.broker = broker;
            updateBeginningOffsets(Map.of(partition, 0L));
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration wait) {
            if (assignment().contains(partition) && !paused().contains(partition)) {
                long from = position(partition);
                List<? extends SpecificRecord> log = broker.log(partition);
                for (long at = from; at < Math.min(log.size(), from + 3); at++) {
                    SpecificRecord event = log.get((int) at);
                    String id = event instanceof Truth t ? t.getId() : ((Example) event).getId();
                    addRecord(
                            new ConsumerRecord<>(
                                    partition.topic(),
                                    0,
                                    at,
                                    id.getBytes(StandardCharsets.UTF_8),
                                    clients.codec().encode(partition.topic(), event)));
                }
            }
            return super.poll(wait);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions) {
            return broker.group;
        }
    }

    private final class LogProducer extends MockProducer<byte[], byte[]> {
        private final Broker broker;

        LogProducer(Broker broker) {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
            this.broker = broker;
        }

        @Override
        public void commitTransaction() {
            super.commitTransaction();
            consumerGroupOffsetsHistory().forEach(g -> g.values().forEach(broker.group::putAll));
            for (var record : history()) {
                if (record.topic().equals(TOPICS.labels())) {
                    Label label =
                            clients.codec().decode(record.topic(), record.value(), Label.class);
                    broker.labelled.add(
                            label.getExample().getId() + "=" + label.getProbabilities());
                } else {
                    broker.progress =
                            clients.codec().decode(record.topic(), record.value(), Progress.class);
                }
            }
            clear();
        }
    }

    @Property(tries = 200)
    void theLabelsLogDependsOnTheLogsOnly(@ForAll Random random) {
        // Given logs, in which truth may be missing, late, early, or of no example
        List<Example> examples = new ArrayList<>();
        List<Truth> truth = new ArrayList<>();
        for (int i = 0; i < IDS; i++) {
            examples.add(
                    EventFactory.example("e" + i, Split.STUDENT, "t", 2L * i + random.nextInt(6)));
        }
        for (int i = 0; i < 2 * IDS; i++) {
            String id = "e" + random.nextInt(IDS + 5);
            if (truth.stream().noneMatch(t -> t.getId().equals(id))) {
                truth.add(EventFactory.truth(id, random.nextInt(2), i + (long) random.nextInt(8)));
            }
        }
        truth.add(EventFactory.truth("last", 0, 10_000L));
        // When they arrive in any interleaving, with kills, and whatever fits in memory
        Broker broker = new Broker();
        broker.draw =
                switch (random.nextInt(3)) {
                    case 0 -> null;
                    case 1 -> new TruthDraw(.5, random.nextLong());
                    default -> new TruthDraw(.5, null);
                };
        int limit = 1 + random.nextInt(8);
        Labeling labeling = broker.newLife(limit);
        while (broker.examples.size() < examples.size() || broker.truth.size() < truth.size()) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (broker.examples.size() < examples.size()) {
                        broker.examples.add(examples.get(broker.examples.size()));
                    }
                }
                case 1 -> {
                    if (broker.truth.size() < truth.size()) {
                        broker.truth.add(truth.get(broker.truth.size()));
                    }
                }
                case 2 -> {
                    if (random.nextInt(5) == 0) {
                        labeling = broker.newLife(limit); // the one before is gone without a word
                    }
                }
                default -> labeling.step(Duration.ZERO);
            }
        }
        for (int i = 0; i < 500; i++) {
            labeling.step(Duration.ZERO);
        }
        // Then
        assertEquals(expected(examples, truth, broker.draw), broker.labelled);
        assertEquals(IDS, Objects.requireNonNull(broker.progress).getRows());
    }

    /**
     * By definition: truth is in time if it, and all truth before it, is at most the horizon later
     * than its example. Where it is sampled, an example without it is an abstention, and so is one
     * that is not drawn.
     */
    private static List<String> expected(
            List<Example> examples, List<Truth> truth, @Nullable TruthDraw draw) {
        List<String> expected = new ArrayList<>();
        for (Example example : examples) {
            String label = draw == null ? null : example.getId() + "=[]";
            boolean drawn = draw == null || draw.takes(example.getId());
            for (Truth one : drawn ? truth : List.<Truth>of()) {
                if (one.getEventTimeMs() > example.getEventTimeMs() + HORIZON) {
                    break;
                }
                if (one.getId().equals(example.getId())) {
                    List<Float> row = one.getLabel() == 0 ? List.of(1f, 0f) : List.of(0f, 1f);
                    label = example.getId() + "=" + row;
                    break;
                }
            }
            if (label != null) {
                expected.add(label);
            }
        }
        return expected;
    }
}
