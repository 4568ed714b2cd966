package dev.belay.cli.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.models.store.CheckpointStores;
import dev.belay.models.store.S3Store;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineageTest {
    private static final String TASK = "wordnet-physical";
    private static final String VOTE = "wordnet/vote#0@0";
    private static final String LEXICON = "wordnet/lexicon#0@0";

    @TempDir Path folder;

    @Test
    void supervisorsThatAreNoModelsAreShownWithTheirSpecsDownToTheExamples() {
        // Given: a student of an ensemble of rules and a model
        ModelSpec student =
                ModelSpec.newBuilder(SampleRun.spec("naive", 0, "minilm", "vote", 100))
                        .setSupervisor(VOTE)
                        .build();
        Checkpoint checkpoint =
                Checkpoint.newBuilder(
                                SampleRun.checkpoint(student.getId(), 1, State.FINISHED, null))
                        .setSupervisorCheckpoints(List.of(0L, 1L))
                        .build();
        Fleet fleet =
                new Fleet(
                        Map.of(),
                        Map.of(student.getId(), student),
                        Map.of(
                                VOTE,
                                labeler(VOTE, "majority", Map.of(), LEXICON, "wordnet/bow#0@0"),
                                LEXICON,
                                labeler(LEXICON, "rules", Map.of("patterns", "{}"))),
                        Map.of(),
                        Map.of(student.getId(), List.of(checkpoint)));
        Lineage lineage =
                new Lineage(
                        fleet,
                        List.of(),
                        CheckpointStores.open(
                                folder.toString(), new S3Store.Options(null, null, false)),
                        Topics.defaults(),
                        task -> List.of("abc"));
        // When
        StringWriter text = new StringWriter();
        lineage.of(checkpoint).print(new PrintWriter(text));
        // Then
        String tree = text.toString();
        assertEquals(
                """
                └─ supervisor: wordnet/vote#0@0, versions 0, 1
                   └─ wordnet/vote#0@0, labeler of kind majority, version 1
                      ├─ spec: parameters none, hash majority-hash
                      ├─ reads: wordnet/lexicon#0@0
                      │  └─ wordnet/lexicon#0@0, labeler of kind rules, version 1
                      │     ├─ spec: parameters patterns, hash rules-hash
                      │     └─ examples: belay.wordnet-physical.examples
                      │        └─ made from the source abc
                      ├─ reads: wordnet/bow#0@0
                      │  └─ a model: 'belay lineage wordnet/bow#0@0' shows its checkpoints
                      └─ examples: belay.wordnet-physical.examples
                         └─ made from the source abc
                """,
                tree.substring(tree.indexOf("└─ supervisor")));
    }

    @Test
    void whatAModelStartedFromIsShown() {
        // Given
        ModelSpec first = SampleRun.spec("first", 0, "minilm", null, 100);
        ModelSpec second =
                ModelSpec.newBuilder(SampleRun.spec("second", 0, "minilm", null, 100))
                        .setInit(first.getId() + ":last")
                        .build();
        Checkpoint last = SampleRun.checkpoint(first.getId(), 4, State.FINISHED, null);
        Checkpoint checkpoint = SampleRun.checkpoint(second.getId(), 1, State.LEARNING, null);
        Fleet fleet =
                new Fleet(
                        Map.of(),
                        Map.of(first.getId(), first, second.getId(), second),
                        Map.of(),
                        Map.of(),
                        Map.of(first.getId(), List.of(last), second.getId(), List.of(checkpoint)));
        Lineage lineage =
                new Lineage(
                        fleet,
                        List.of(),
                        CheckpointStores.open(
                                folder.toString(), new S3Store.Options(null, null, false)),
                        Topics.defaults(),
                        task -> List.of("abc"));
        // When
        StringWriter text = new StringWriter();
        lineage.of(checkpoint).print(new PrintWriter(text));
        // Then
        String started = "started from the weights of " + first.getId() + ":last";
        assertTrue(
                text.toString().contains(started + "\n│  └─ " + first.getId() + ":4  finished"),
                text::toString);
    }

    private static LabelerSpec labeler(
            String id, String kind, Map<String, String> parameters, String... sources) {
        return LabelerSpec.newBuilder()
                .setId(id)
                .setVersion(1)
                .setTask(TASK)
                .setClasses(List.of("abstract", "physical"))
                .setPartitions(4)
                .setMethod(new Method(kind, parameters))
                .setSources(List.of(sources))
                .setSpecHash(kind + "-hash")
                .setEventTimeMs(7)
                .build();
    }
}
