package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Blocks of both task kinds, within the limits of the topic. */
class PredictionBlocksTest {
    @Test
    void aBlockOfChoiceSaysHowManyOptionsEachRowHas() {
        var blocks = new PredictionBlocks(TaskKind.CHOICE, "x/m#0@0", 3, Phase.HOLDOUT, 3);

        blocks.add("a", 7, new float[] {.25f, .75f});
        blocks.addAbstained("b", 7, 3);
        blocks.add("c", 7, new float[] {0, 0, 1, 0});

        PredictionBlock block = blocks.blocks().get(0);
        assertEquals(0, block.getClasses());
        assertEquals(List.of(2, 3, 4), block.getOptionCounts());
        assertEquals(List.of(.25f, .75f, 0f, 0f, 0f, 0f, 0f, 1f, 0f), block.getProbabilities());
        assertEquals(List.of(1), block.getAbstained());
    }

    @Test
    void aBlockOfClassesHasNoOptionCounts() {
        var blocks = PredictionBlocks.ofLabels(TaskKind.CLASSES, "x/m#0@0", 3);

        blocks.add("a", 7, new float[] {0, 0, 1});

        assertEquals(3, blocks.blocks().get(0).getClasses());
        assertEquals(List.of(), blocks.blocks().get(0).getOptionCounts());
    }

    @Test
    void blocksOfManyOptionsStayWithinRowsAndBytes() {
        var codec = new EventCodec(new MockSchemaRegistryClient());
        var blocks = PredictionBlocks.ofLabels(TaskKind.CHOICE, "x/m#0@0", 0);
        int rows = 3000;

        for (int i = 0; i < rows; i++) {
            int options = i < 1500 ? 2 : TaskKind.MAX_OPTIONS;
            blocks.add("example-" + i, 1_700_000_000_000L + i, new float[options]);
        }

        List<PredictionBlock> all = blocks.blocks();
        assertEquals(rows, all.stream().mapToInt(block -> block.getIds().size()).sum());
        for (PredictionBlock block : all) {
            assertTrue(block.getIds().size() <= PredictionBlocks.MAX_ROWS);
            int bytes = Objects.requireNonNull(codec.encode("t", block)).length;
            assertTrue(bytes <= PredictionBlocks.MAX_BYTES + 1024, bytes + " bytes");
        }
    }
}
