package dev.belay.cli.experiment;

import static dev.belay.cli.experiment.BadExperiments.GOOD;
import static dev.belay.cli.experiment.BadExperiments.assertRejected;
import static dev.belay.cli.experiment.BadExperiments.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.plugins.Nearest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each mistake gives one error that names file, line, what was found and what was expected. */
class BadExperimentTest {
    @Test
    void anUnknownKeyNamesTheNearestKnownOne() {
        assertRejected(
                GOOD.replace("supervisor: bow}", "supervisor: bow, micro-epok: 7}"),
                "demo.yaml, line 9, column",
                "unknown key 'micro-epok' in models.naive",
                "did you mean 'micro-epoch'?");
        assertRejected(
                GOOD + "sedes: [1]\n", "line 11, column 1", "unknown key 'sedes'", "'seeds'?");
        assertRejected(GOOD.replace("classes:", "klasses:"), "line 3", "in task", "'classes'?");
        assertRejected(GOOD.replace("path:", "pfad:"), "line 5", "unknown key 'pfad' in data");
    }

    @Test
    void anUnknownLossOrFormatNamesTheKnownOnes() {
        assertRejected(
                GOOD.replace("supervisor: bow}", "supervisor: bow, loss: confidance}"),
                "line 9",
                "[adaptive-confidence, confidence, cross-entropy,",
                "did you mean 'confidence'?");
        assertRejected(
                GOOD.replace("supervisor: bow}", "supervisor: bow, selector: {kind: al}}"),
                "line 9",
                "'al' in models.naive.selector.kind",
                "[all, confidence, cut-statistic, learned-weights, trust]");
        assertRejected(
                GOOD.replace(
                        "supervisor: bow}", "supervisor: bow, stopping: {kind: budget, n: 3}}"),
                "line 9",
                "unknown key 'n' in models.naive.stopping",
                "one of [kind]");
        assertRejected(
                GOOD.replace("  holdout", "  format: jsonn\n  holdout"),
                "line 6",
                "'jsonn' in data.format; expected one of [chess, csv, jsonl, parquet, tsv]",
                "did you mean 'jsonl'?");
        assertRejected(
                GOOD.replace(".jsonl.gz", ".xlsx"),
                "line 5",
                "'data.xlsx' in data.path",
                "'format'");
    }

    @Test
    void aSourceIsNamedOnceAndItsParametersAreChecked() {
        String path = "path: data.jsonl.gz";
        assertRejected(
                GOOD.replace(path, path + "\n  builtin: wordnet-physical"),
                "line 5",
                "unknown key 'path' in data",
                "expected one of [builtin, ");
        assertRejected(
                GOOD.replace(path, "source: jsonk"),
                "line 5",
                "'jsonk' in data.source; expected one of [chess, chess-playouts, csv, jsonl, parquet, topic, tsv,"
                        + " wordnet-physical]",
                "did you mean 'jsonl'?");
        assertRejected(
                GOOD.replace(path, "source: jsonl"),
                "line 5",
                "parameter 'path' of 'jsonl' is missing, expected a file name");
        assertRejected(
                GOOD.replace(path, "source: {kind: jsonl, pth: a}"),
                "line 5",
                "unknown key 'pth' in data.source",
                "did you mean 'path'?");
        assertRejected(
                GOOD.replace(path, "source: {kind: jsonl, path: a}\n  format: csv"),
                "line 6",
                "unknown key 'format' in data");
    }

    @Test
    void aFileByTheNameOfItsSourceEqualsOneByItsPath() {
        String named =
                GOOD.replace("path: data.jsonl.gz", "source: {kind: jsonl, path: data.jsonl.gz}");
        assertEquals(read(GOOD).data(), read(named).data());
        assertEquals("dir/data.jsonl.gz", read(named).data().source().parameters().text("path"));
    }

    @Test
    void wrongValuesNameTheirRange() {
        assertRejected(GOOD.replace("examples: 200", "examples: 0"), "line 8", "'0'", "at least 1");
        assertRejected(
                GOOD.replace("examples: 200", "examples: many"),
                "line 8",
                "'many'",
                "a whole number");
        assertRejected(
                GOOD.replace(
                        "supervisor: bow}", "supervisor: bow, loss: {kind: confidence, alpha: 2}}"),
                "'2' in models.naive.loss.alpha",
                "from 0.0 to 1.0");
        assertRejected(
                GOOD.replace(
                        "supervisor: bow}",
                        "supervisor: bow, loss: {kind: confidence, hard: true}}"),
                "unknown key 'hard'");
        assertRejected(
                GOOD.replace("name: demo", "name: My Demo"), "line 1", "[a-z0-9-]+", "'My Demo'");
        for (String share : new String[] {"0", "1", "1.5"})
            assertRejected(
                    GOOD.replace("{split: test}", "{share: " + share + "}"),
                    "line 6, column 20: found '" + share + "' in data.holdout.share",
                    "a number between 0.0 and 1.0, both excluded");
        assertRejected(GOOD.replace("{split: test}", "test"), "line 6", "a mapping");
        assertRejected(GOOD + "seeds: [1, 1]\n", "line 11", "each seed once");
        assertRejected(GOOD + "seeds: 3\n", "line 11", "'3' in seeds", "a list");
        assertRejected(GOOD + "seeds: []\n", "line 11", "found an empty list in seeds", "one seed");
        assertRejected(GOOD.replace("bow:", "truth:"), "line 8", "another name");
    }

    @Test
    void aNameWithAnUnderscoreIsRejectedWithAValidOne() {
        assertRejected(
                GOOD.replace("name: demo", "name: ag_news"),
                "line 1",
                "'ag_news'; name it 'ag-news'");
    }

    @Test
    void aMappingOfClassesIsLabelsAndNames() {
        var data = read(GOOD.replace("[negative, positive]", "{1: world, 2: sports}")).data();
        assertEquals(List.of("world", "sports"), data.classes());
        assertEquals(List.of("1", "2"), data.labels());
        assertEquals(List.of(), read(GOOD).data().labels());
        assertRejected(
                GOOD.replace("[negative, positive]", "{1: a, 2: a}"),
                "line 3",
                "'a'",
                "class once");
        assertRejected(
                GOOD.replace("[negative, positive]", "{1: a}"), "line 3", "at least two classes");
        assertRejected(
                GOOD.replace("[negative, positive]", "{1: 2, 2: b}"), "line 3", "label of another");
        assertRejected(
                GOOD.replace("[negative, positive]", "[1, 2]"),
                "line 3",
                "classes: {1: world, 2: sports}");
    }

    @Test
    void wrongClassesHaveTheirOwnPlace() {
        String two = "[negative, positive]";
        assertRejected(
                GOOD.replace(two, "[negative]"),
                "line 3, column 12: found a list of 1",
                "two classes");
        assertRejected(
                GOOD.replace(two, "[same, same]"), "line 3, column 19: found 'same'", "class once");
        assertRejected(
                GOOD.replace(two, "[negative, '']"), "line 3, column 23: found ''", "a text");
        assertRejected(
                GOOD.replace(two, "[negative, ~]"), "line 3, column 23: found nothing", "a text");
        assertRejected(GOOD.replace(two, "[1, 2]"), "line 3, column 12", "found '1' at index 0");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertRejected(GOOD.replace("name: demo\n", ""), "line 1", "also a key 'name'");
        assertRejected(
                GOOD.replace("encoder: hashing, ", ""), "line 8", "in models.bow", "'encoder'");
        assertRejected(
                GOOD.replace("  classes: [negative, positive]", "  name: x"), "no task.classes");
        assertRejected("", "line 1", "found nothing", "an experiment");
    }

    @Test
    void aKeyTwiceIsAnError() {
        assertRejected(GOOD + "name: again\n", "line 11", "key 'name' a second time");
    }

    @Test
    void textThatIsNotYamlIsRejectedWithItsLine() {
        assertRejected(GOOD + "  : [\n", "demo.yaml, line 1", "not YAML");
        assertRejected("- a\n", "line 1", "found a list", "a mapping");
    }

    @Test
    void aFileThatCantBeReadIsNamed() {
        Path file = Path.of("not-there.yaml");
        assertTrue(
                assertThrows(ExperimentException.class, () -> ExperimentFile.read(file))
                        .getMessage()
                        .contains("not-there.yaml"));
    }

    @Test
    void distanceCountsInsertsDeletesAndReplacements() {
        assertEquals(3, Nearest.distance("kitten", "sitting"));
        assertEquals(5, Nearest.distance("", "seeds"));
    }
}
