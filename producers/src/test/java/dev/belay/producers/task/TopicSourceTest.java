package dev.belay.producers.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.plugins.Configured;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Source;
import dev.belay.producers.topic.MockTopic;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.Truth;
import dev.belay.schemas.events.Vote;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The endless source: a topic of two partitions with late truth, repetitions and bad records. */
class TopicSourceTest extends ExampleSourceContract {
    private static final int HOLDOUT = 12;
    private static final long PERIOD_MS = 20;
    private static final List<String> BAD =
            List.of(
                    "{\"id\": \"x0\", \"text\": ",
                    "[1, 2]",
                    "{\"id\": \"x2\", \"text\": \"a\", \"label\": 7}",
                    "{\"id\": \"x3\", \"text\": \" \"}",
                    "{\"text\": \"a\", \"label\": 1}",
                    "{\"id\": \"\", \"label\": 1}",
                    "{\"id\": \"x6\"}");

    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private MockTopic topic = new MockTopic(2);
    private int limit = 1_000;
    private int size = HOLDOUT;
    private @Nullable Duration rolling;
    private @Nullable TruthDraw draw;
    private Configured<Source> kind = MockTopic.SOURCE;

    TopicSourceTest() {
        for (int i = 0; i < ROWS; i++) {
            String label = ", \"label\": " + (i < ROWS / 2 ? 0 : 1);
            String id = "{\"id\": \"r" + i + "\"";
            String text = ", \"text\": \"text number " + i + "\"";
            // a third has its truth at once, a third later beside its text, a third without text
            topic.add(id + text + (i % 3 == 0 ? label : "") + "}");
            if (i % 3 > 0) {
                topic.add(id + (i % 3 == 1 ? text : "") + label + "}");
            }
            if (i % 10 == 0) {
                topic.add(id + text + "}"); // says nothing new
            }
        }
        BAD.forEach(topic::add);
    }

    @Override
    long furtherRows() {
        return (long) topic.size() - ROWS;
    }

    @Override
    ExampleSource source() {
        return source(.5);
    }

    @Override
    ExampleSource otherSource() {
        return source(.4);
    }

    @Test
    void sampledTruthIsThatOfTheDrawnStudentExamplesHoweverItComes() {
        draw = new TruthDraw(.4, 1L);
        produce(source(), Integer.MAX_VALUE);
        Map<String, Double> inclusion = new TreeMap<>();
        events("belay.t.holdout", Example.class).forEach(e -> inclusion.put(e.getId(), 1.0));
        for (Example e : events("belay.t.examples", Example.class)) {
            if (e.getSplit() == Split.SUPERVISOR) {
                inclusion.put(e.getId(), 1.0);
            } else if (IdHash.uniform("truth:1", e.getId()) < .4) {
                inclusion.put(e.getId(), .4);
            }
        }
        Set<String> found = new TreeSet<>();
        for (Truth truth : events("belay.t.truth", Truth.class)) {
            Double probability = truth.getInclusionProbability();
            if (!inclusion.containsKey(truth.getId())) {
                // came before its example, which then might have been drawn for the holdout
                assertNull(probability);
                assertTrue(IdHash.uniform("holdout", truth.getId()) < .3);
                continue;
            }
            found.add(truth.getId());
            assertTrue(
                    probability == null || probability.equals(inclusion.get(truth.getId())),
                    truth::toString);
        }
        assertEquals(inclusion.keySet(), found);
        assertTrue(found.size() < ROWS - 15, found::toString);
    }

    private ExampleSource source(double supervisorShare) {
        DataConfig config =
                new DataConfig(
                                kind,
                                DataConfig.Fields.defaults(),
                                new DataConfig.Holdout.Share(.3, size, null, rolling),
                                supervisorShare,
                                DataConfig.Order.HASH,
                                0,
                                List.of("negative", "positive"))
                        .withTruth(draw);
        return topic.source(config, clients, PARTITIONS, committed, examples(), limit);
    }

    @Test
    void theHoldoutIsCompleteAtItsSizeAndEndsInTheTransactionThatFillsIt() {
        int transactions = 1;
        boolean full = false;
        while (!full) {
            log.clear();
            committed.clear();
            produce(source(), transactions++);
            List<Example> holdout = events("belay.t.holdout", Example.class);
            full = holdout.size() == HOLDOUT;
            assertTrue(holdout.size() <= HOLDOUT);
            assertEquals(
                    full ? PARTITIONS : 0, progress().stream().filter(Progress::getEnded).count());
            assertTrue(holdout.stream().allMatch(e -> IdHash.uniform("holdout", e.getId()) < .3));
        }
        produce(source(), Integer.MAX_VALUE);
        assertEquals(HOLDOUT, events("belay.t.holdout", Example.class).size());
        assertEquals(PARTITIONS, progress().stream().filter(Progress::getEnded).count());
        assertTrue(
                events("belay.t.examples", Example.class).stream()
                        .anyMatch(e -> IdHash.uniform("holdout", e.getId()) < .3));
    }

    @Test
    void aRollingHoldoutBeginsAGenerationAPeriodAfterTheNewestExampleOfTheLast() {
        size = HOLDOUT / 2;
        rolling = Duration.ofMillis(PERIOD_MS);
        produce(source(), Integer.MAX_VALUE);
        List<List<Example>> generations =
                List.copyOf(
                        events("belay.t.holdout", Example.class).stream()
                                .collect(Collectors.groupingBy(Example::getHoldoutVersion))
                                .values());
        assertTrue(generations.size() >= 3, generations::toString);
        for (int version = 1; version < generations.size(); version++) {
            assertEquals(size, generations.get(version - 1).size());
            long before = times(generations.get(version - 1)).max().orElseThrow();
            long first = generations.get(version).get(0).getEventTimeMs();
            assertTrue(first >= before + PERIOD_MS);
        }
        assertTrue( // those drawn in between
                events("belay.t.examples", Example.class).stream()
                        .anyMatch(e -> IdHash.uniform("holdout", e.getId()) < .3));
        Map<String, Integer> versions =
                events("belay.t.holdout", Example.class).stream()
                        .collect(Collectors.toMap(Example::getId, Example::getHoldoutVersion));
        assertTrue(
                events("belay.t.truth", Truth.class).stream()
                        .filter(truth -> truth.getHoldoutVersion() > 0)
                        .allMatch(
                                t -> versions.getOrDefault(t.getId(), 0) == t.getHoldoutVersion()));
        // it has ended while it is complete
        List<Boolean> ended =
                events("belay.t.progress", Progress.class).stream()
                        .filter(p -> p.getTopic().endsWith("holdout") && p.getPartition() == 0)
                        .map(Progress::getEnded)
                        .toList();
        assertTrue(ended.indexOf(true) < ended.lastIndexOf(false), ended::toString);
    }

    @Test
    void aRollingHoldoutIsTheSameAfterAnyRestart() throws IOException {
        size = HOLDOUT / 2;
        rolling = Duration.ofMillis(PERIOD_MS);
        stoppedAfterAnyTransactionItWritesWhatAnUnstoppedOneWrites();
    }

    private static LongStream times(List<Example> examples) {
        return examples.stream().mapToLong(Example::getEventTimeMs);
    }

    @Test
    void aBadRecordIsADeadLetterWithItsBytesPlaceAndReason() {
        produce(source(), Integer.MAX_VALUE);
        List<ProducerRecord<byte[], byte[]>> letters =
                log.stream().filter(r -> r.topic().equals("belay.dead-letters")).toList();
        assertEquals(BAD.size(), letters.size());
        List<String> reasons =
                List.of(
                        "not JSON",
                        "a JSON array",
                        "label 7",
                        "an empty text",
                        "'id'",
                        "an empty id",
                        "'text'");
        for (int i = 0; i < BAD.size(); i++) {
            ProducerRecord<byte[], byte[]> letter =
                    letters.stream().skip(i).findFirst().orElseThrow();
            int bad = BAD.indexOf(new String(letter.value(), StandardCharsets.UTF_8));
            assertTrue(bad >= 0);
            String reason = header(letter, "belay.reason");
            assertTrue(reason.contains(reasons.get(bad)), reason);
            assertTrue(reason.startsWith("topic reviews: found "), reason);
            assertEquals(MockTopic.NAME, header(letter, "belay.topic"));
            assertArrayEquals(BAD.get(bad).getBytes(StandardCharsets.UTF_8), letter.value());
        }
    }

    @Test
    void eventTimeIsTheTimestampOfTheRecordThatBroughtItAndALaterLabelIsLateTruth() {
        topic =
                new MockTopic(1)
                        .add("{\"id\": \"a\", \"text\": \"one\"}")
                        .add("{\"id\": \"b\", \"text\": \"two\", \"label\": null}")
                        .add("{\"id\": \"a\", \"text\": \"one\", \"label\": 1}")
                        .add("{\"id\": \"b\", \"label\": \"negative\"}");
        produce(source(), Integer.MAX_VALUE);
        assertEquals(
                Map.of("a", MockTopic.TIME_MS, "b", MockTopic.TIME_MS + 1),
                examples().collect(Collectors.toMap(Example::getId, Example::getEventTimeMs)));
        assertEquals(
                List.of(
                        EventFactory.truth("a", 1, MockTopic.TIME_MS + 2),
                        EventFactory.truth("b", 0, MockTopic.TIME_MS + 3)),
                events("belay.t.truth", Truth.class));
    }

    @Test
    void votesAreWrittenOnceBesideTheirExampleHoweverOftenTheProducerStops() {
        kind =
                Configured.of(
                        Source.class,
                        "topic",
                        Map.of("topic", MockTopic.NAME, "votes-topic", "answers"));
        for (int i = 0; i < 50; i++) {
            String vote = "{\"id\": \"r%d\", \"annotator\": \"a%d\", \"label\": %d}";
            topic.add(
                    "answers",
                    null,
                    vote.formatted(i, i % 3, i % 2).getBytes(StandardCharsets.UTF_8));
        }
        // When
        while (!produce(source(), 3)) {}
        // Then
        Map<String, Vote> votes = new TreeMap<>();
        events("belay.t.votes", Vote.class).forEach(vote -> votes.put(vote.getExample(), vote));
        assertEquals(50, events("belay.t.votes", Vote.class).size());
        for (int i = 0; i < 50; i++) {
            Vote expected = new Vote("r" + i, "a" + i % 3, i % 2, MockTopic.TIME_MS + i);
            assertEquals(expected, votes.get("r" + i));
        }
        for (ProducerRecord<byte[], byte[]> record : log) {
            if (record.topic().equals("belay.t.votes")) {
                assertEquals(
                        BuiltInPartitioner.partitionForKey(record.key(), PARTITIONS),
                        record.partition());
            }
        }
        assertEquals(
                50,
                progress().stream()
                        .filter(p -> p.getTopic().equals("belay.t.votes"))
                        .mapToLong(Progress::getRecords)
                        .sum());
    }

    @Test
    void anIdIsKnownWhileItIsAmongTheNewestOfItsPartition() {
        // Given ids of one partition, none of them drawn for the holdout
        List<String> ids =
                Stream.iterate(0, i -> i + 1)
                        .map(i -> "i" + i)
                        .filter(id -> IdHash.uniform("holdout", id) >= .3)
                        .filter(
                                id ->
                                        BuiltInPartitioner.partitionForKey(
                                                        id.getBytes(StandardCharsets.UTF_8),
                                                        PARTITIONS)
                                                == 0)
                        .limit(3)
                        .toList();
        limit = 2;
        topic = new MockTopic(1);
        // the third replaces the first
        for (int i : new int[] {0, 1, 0, 2, 1, 0}) {
            topic.add("{\"id\": \"" + ids.get(i) + "\", \"text\": \"a\"}");
        }
        // When
        produce(source(), Integer.MAX_VALUE);
        // Then
        assertEquals(
                List.of(ids.get(0), ids.get(1), ids.get(2), ids.get(0)),
                examples().map(Example::getId).toList());
    }

    private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
