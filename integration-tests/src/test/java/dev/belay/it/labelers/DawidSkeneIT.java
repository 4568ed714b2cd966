package dev.belay.it.labelers;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.labelers.dawidskene.DawidSkene;
import dev.belay.labelers.dawidskene.ExampleVotes;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.records.StateTable;
import dev.belay.labelers.spec.SpecLabelingService;
import dev.belay.models.store.DirectoryStore;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a labeler that learns gives the stream and the holdout, and where it begins anew. */
@Timeout(240)
class DawidSkeneIT extends LearnsFromVotes {
    @Test
    void labelsAreThoseOfTheEstimatorInTurnsAndTheHoldoutIsPredictedWithTheFinalState() {
        // Given
        int rows = 40;
        task.examples(0, 3000);
        voters.label(0, 3000);
        task.holdout(rows);
        voters.holdout(rows);
        end();
        task.end(topics.holdout(TaskOnBroker.TASK));
        // When
        var labeler = new SpecLabelingService(task.instance("one"));
        var evaluator =
                new Evaluator(task.instance("one"), new DirectoryStore(data.resolve("store")));
        try (ServiceGroup services = ServiceGroup.start(List.of(labeler, evaluator))) {
            awaitEnd();
            await().atMost(SOON).until(() -> evaluator.sweeps() == 1);
            assertNull(services.failure());
        }
        // Then
        assertRecount();
        DawidSkene last = DawidSkene.fromBytes(SETTINGS, StateTable.bytes(state()));
        assertEquals(0, state().getVersion());
        Map<String, List<Float>> swept = new HashMap<>();
        for (var found : task.read(topics.predictions(TaskOnBroker.TASK), PredictionBlock.class)) {
            PredictionBlock block = found.event();
            if (block.getModel().equals(DS) && block.getSweepRows() > 0) {
                assertEquals(rows, block.getSweepRows());
                for (int i = 0; i < block.getIds().size(); i++) {
                    swept.put(
                            block.getIds().get(i),
                            List.copyOf(block.getProbabilities().subList(2 * i, 2 * i + 2)));
                }
            }
        }
        assertEquals(rows, swept.size());
        swept.forEach(
                (id, row) -> {
                    List<float[]> votes = new ArrayList<>(); // on the holdout all have a row
                    for (int s = 0; s < 3; s++) {
                        float[] vote = Voters.vote(id, s);
                        votes.add(vote == null ? new float[0] : vote);
                    }
                    boolean any = votes.stream().anyMatch(vote -> vote.length > 0);
                    var of = ExampleVotes.of(votes, 2);
                    assertEquals(any ? Voters.boxed(last.label(of)) : List.of(0f, 0f), row, id);
                });
    }

    @Test
    void setBackToTheBeginningItLabelsAgainAndSetBackElsewhereItSaysWhatItExpects()
            throws Exception {
        // Given
        task.examples(0, 600);
        voters.label(0, 600);
        end();
        try (ServiceGroup services =
                ServiceGroup.start(List.of(new SpecLabelingService(task.instance("one"))))) {
            awaitEnd();
            assertNull(services.failure());
        }
        assertRecount();
        Map<Integer, List<String>> first = labels();
        byte[] state = StateTable.bytes(state());
        // When, Then
        setBack(topics.examples(TaskOnBroker.TASK), 10);
        var refusing = new SpecLabelingService(task.instance("one"));
        try (ServiceGroup services = ServiceGroup.start(List.of(refusing))) {
            String expected =
                    DS + ": found the group's offsets [10, 10, 10, 10] in belay.task.examples,";
            await().atMost(SOON)
                    .until(
                            () ->
                                    refusing.troubles().stream()
                                            .anyMatch(trouble -> trouble.contains(expected)));
            assertNull(services.failure());
        }
        assertEquals(first, labels());
        // When, Then
        setBack(topics.examples(TaskOnBroker.TASK), 0);
        for (String id : Voters.IDS) {
            setBack(topics.labels(TaskOnBroker.TASK, id), 0);
        }
        Map<Integer, List<String>> twice = new TreeMap<>();
        first.forEach(
                (p, all) -> {
                    twice.put(p, new ArrayList<>(all));
                    Objects.requireNonNull(twice.get(p)).addAll(all);
                });
        try (ServiceGroup services =
                ServiceGroup.start(List.of(new SpecLabelingService(task.instance("two"))))) {
            await().atMost(SOON).until(() -> labels().equals(twice));
            assertNull(services.failure());
        }
        assertArrayEquals(state, StateTable.bytes(state()));
    }

    private void setBack(String topic, long offset) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int p = 0; p < TaskOnBroker.PARTITIONS; p++) {
            offsets.put(new TopicPartition(topic, p), new OffsetAndMetadata(offset));
        }
        try (Admin admin = task.clients.admin()) {
            admin.alterConsumerGroupOffsets(GROUP, offsets).all().get();
        }
    }
}
