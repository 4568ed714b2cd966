package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.TagCondition;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A holdout of the rows that have a tag: learned from the easy ones, evaluated on the hard ones.
 */
class HoldoutWhereTest {
    private static final TagCondition HARD = TagCondition.parse("rating >= 1500");

    @TempDir Path dir;

    @Test
    void onlyRowsThatFulfilTheConditionAreHeldOut() throws IOException {
        Path file = Data.write(dir.resolve("a.jsonl"), lines(null));
        try (DataSet all = DataSet.open(config(file, new DataConfig.Holdout.Column("test"), null));
                DataSet hard =
                        DataSet.open(
                                config(file, new DataConfig.Holdout.Column("test", HARD), null))) {
            assertEquals(100, all.summary().of(Split.HOLDOUT).rows());
            assertEquals(50, hard.summary().of(Split.HOLDOUT).rows());
            assertEquals(500, hard.summary().rows());
            for (Row row : Data.rows(hard)) {
                boolean test = Integer.parseInt(row.id().substring(1)) % 5 == 0;
                boolean isHard = HARD.matches(row.example().getTags());
                assertEquals(test && isHard, row.split() == Split.HOLDOUT, row.id());
            }
            // other rows come of it, so a producer must not take one for the other
            assertNotEquals(all.sourceHash(), hard.sourceHash());
            // and a model may learn from the easy ones alone
            ExampleDraw easy = new ExampleDraw(0, 1, 0, 0, TagCondition.parse("rating < 1500"));
            long expected =
                    Data.rows(hard).stream()
                            .filter(row -> row.split() == Split.STUDENT)
                            .filter(row -> !HARD.matches(row.example().getTags()))
                            .count();
            assertEquals(expected, hard.countDrawn(Split.STUDENT, easy).rows());
        }
    }

    @Test
    void aConditionMayCutNoGroup() throws IOException {
        Path file = Data.write(dir.resolve("a.jsonl"), lines("g"));
        var cut =
                assertThrows(
                        DataException.class,
                        () ->
                                DataSet.open(
                                        config(
                                                file,
                                                new DataConfig.Holdout.Share(.5, 0, HARD, null),
                                                "group")));
        assertTrue(String.valueOf(cut.getMessage()).contains("on the other side"), cut::getMessage);
    }

    /** 500 rows, every fifth of the test split, ratings 1000 to 1999; groups of ten. */
    private static List<String> lines(@Nullable String group) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lines.add(
                    "{\"id\":\"r%d\",\"text\":\"text %d\",\"label\":%d,\"split\":\"%s\",\"rating\":%d%s}"
                            .formatted(
                                    i,
                                    i,
                                    i % 2,
                                    i % 5 == 0 ? "test" : "train",
                                    1_000 + 2 * (i % 500),
                                    group == null ? "" : ",\"group\":\"" + group + i % 50 + "\""));
        }
        return lines;
    }

    private static DataConfig config(
            Path file, DataConfig.Holdout holdout, @Nullable String group) {
        return new DataConfig(
                Data.file(file, "jsonl"),
                new DataConfig.Fields(
                        "id",
                        new DataConfig.InputColumns.Text("text"),
                        "label",
                        "split",
                        Map.of("rating", "rating"),
                        group),
                holdout,
                0.5,
                DataConfig.Order.HASH,
                0,
                List.of("negative", "positive"));
    }
}
