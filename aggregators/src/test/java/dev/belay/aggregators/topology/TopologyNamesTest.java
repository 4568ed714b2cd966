package dev.belay.aggregators.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription.Node;
import org.apache.kafka.streams.TopologyDescription.Processor;
import org.apache.kafka.streams.TopologyDescription.Source;
import org.apache.kafka.streams.TopologyDescription.Subtopology;
import org.junit.jupiter.api.Test;

/** The names that are in topics, commits and folders of a running installation. */
class TopologyNamesTest {
    @Test
    void taskNumbersStoresAndInternalTopicsAreThoseOfThePreviousRelease() {
        var topology =
                AggregatorTopology.build(
                        AggregatorConfig.of(
                                "t",
                                1,
                                Topics.defaults(),
                                new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7))),
                        new EventCodec(new MockSchemaRegistryClient()),
                        new SimpleMeterRegistry());

        Map<Integer, Set<String>> names = new TreeMap<>();
        for (Subtopology sub : topology.describe().subtopologies()) {
            Set<String> of = names.computeIfAbsent(sub.id(), id -> new TreeSet<>());
            for (Node node : sub.nodes()) {
                if (node instanceof Source source) {
                    of.addAll(source.topicSet());
                } else if (node instanceof Processor processor) {
                    of.addAll(processor.stores());
                }
            }
        }

        assertEquals(
                Map.of(
                        2,
                        Set.of(
                                "belay.t.truth",
                                "belay.t.predictions",
                                "strays-repartition",
                                "truth",
                                "blocks",
                                "counted"),
                        3,
                        Set.of("deltas-repartition", "rows", "detectors")),
                names);
    }
}
