package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.plugins.Nearest;
import dev.belay.schemas.events.FineTuningScope;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each mistake gives one error that names file, line, what was found and what was expected. */
class BadExperimentTest {
    private static final String GOOD =
            """
            name: demo
            task:
              classes: [negative, positive]
            data:
              path: data.jsonl.gz
              holdout: {split: test}
            models:
              bow: {encoder: hashing, supervisor: truth, split: supervisor, examples: 200}
              naive: {encoder: minilm, supervisor: bow}
              ceiling: {encoder: minilm, supervisor: truth}
            """;

    @Test
    void anUnknownKeyNamesTheNearestKnownOne() {
        says(
                GOOD.replace("supervisor: bow}", "supervisor: bow, micro-epok: 7}"),
                "demo.yaml, line 9, column",
                "unknown key 'micro-epok' in models.naive",
                "did you mean 'micro-epoch'?");
        says(GOOD + "sedes: [1]\n", "line 11, column 1", "unknown key 'sedes'", "'seeds'?");
        says(GOOD.replace("classes:", "klasses:"), "line 3", "in task", "'classes'?");
        says(GOOD.replace("path:", "pfad:"), "line 5", "unknown key 'pfad' in data");
    }

    @Test
    void anUnknownEncoderNamesThoseThereAre() {
        says(
                GOOD.replace(
                        "encoder: minilm, supervisor: bow", "encoder: minilmm, supervisor: bow"),
                "line 9",
                "found 'minilmm' in models.naive.encoder",
                "minilm, bge, e5",
                "did you mean 'minilm'?");
    }

    @Test
    void anUnknownLossOrFormatNamesThoseThereAre() {
        says(
                GOOD.replace("supervisor: bow}", "supervisor: bow, loss: confidance}"),
                "line 9",
                "[confidence, cross-entropy]",
                "did you mean 'confidence'?");
        says(
                GOOD.replace("supervisor: bow}", "supervisor: bow, selector: {kind: al}}"),
                "line 9",
                "'al' in models.naive.selector.kind",
                "[all]");
        says(
                GOOD.replace(
                        "supervisor: bow}", "supervisor: bow, stopping: {kind: budget, n: 3}}"),
                "line 9",
                "unknown key 'n' in models.naive.stopping",
                "one of [kind]");
        says(
                GOOD.replace("  holdout", "  format: jsonn\n  holdout"),
                "line 6",
                "'jsonn' in data.format; expected one of [csv, jsonl, tsv]",
                "did you mean 'jsonl'?");
        says(GOOD.replace(".jsonl.gz", ".xlsx"), "line 5", "'data.xlsx' in data.path", "'format'");
    }

    @Test
    void anEncodersParametersAreChecked() {
        String good = "encoder: hashing,";
        says(
                GOOD.replace(good, "encoder: {kind: hashing, buckets: 1000},"),
                "line 8",
                "'1000' in models.bow.encoder.buckets; expected one of [1024, 2048");
        says(
                GOOD.replace(good, "encoder: {kind: hashing, bucket: 1024},"),
                "line 8",
                "unknown key 'bucket' in models.bow.encoder",
                "did you mean 'buckets'?");
        says(
                GOOD.replace(good, "encoder: {kind: hashin},"),
                "line 8",
                "'hashin' in models.bow.encoder.kind",
                "did you mean 'hashing'?");
        says(
                GOOD.replace(
                        "minilm, supervisor: bow",
                        "{kind: minilm, buckets: 1024}, supervisor: bow"),
                "line 9",
                "unknown key 'buckets' in models.naive.encoder",
                "one of [kind]");
    }

    @Test
    void aSourceIsNamedOnceAndItsParametersAreChecked() {
        String path = "path: data.jsonl.gz";
        says(
                GOOD.replace(path, path + "\n  builtin: wordnet-physical"),
                "line 5",
                "unknown key 'path' in data",
                "expected one of [builtin, ");
        says(
                GOOD.replace(path, "source: jsonk"),
                "line 5",
                "'jsonk' in data.source; expected one of [csv, jsonl, topic, tsv,"
                        + " wordnet-physical]",
                "did you mean 'jsonl'?");
        says(
                GOOD.replace(path, "source: jsonl"),
                "line 5",
                "parameter 'path' of 'jsonl' is missing, expected a file name");
        says(
                GOOD.replace(path, "source: {kind: jsonl, pth: a}"),
                "line 5",
                "unknown key 'pth' in data.source",
                "did you mean 'path'?");
        says(
                GOOD.replace(path, "source: {kind: jsonl, path: a}\n  format: csv"),
                "line 6",
                "unknown key 'format' in data");
    }

    @Test
    void aFileByTheNameOfItsSourceIsTheSameAsByItsPath() {
        String named =
                GOOD.replace("path: data.jsonl.gz", "source: {kind: jsonl, path: data.jsonl.gz}");
        assertEquals(read(GOOD).data(), read(named).data());
        assertEquals("dir/data.jsonl.gz", read(named).data().source().parameters().text("path"));
    }

    @Test
    void aCycleOfSupervisorsIsShown() {
        says(
                GOOD.replace("supervisor: bow}", "supervisor: other, ceiling: none}")
                        + "  other: {encoder: bge, supervisor: naive, ceiling: none}\n",
                "line 9",
                "a cycle of supervisors: naive -> other -> naive",
                "end at truth");
        says(GOOD.replace("supervisor: bow}", "supervisor: naive}"), "cycle", "naive -> naive");
    }

    @Test
    void aStudentWithoutACeilingIsRefusedUnlessItSaysNone() {
        String bge = GOOD.replace("naive: {encoder: minilm", "naive: {encoder: bge");
        says(bge, "line 9", "no ceiling for model 'naive'", "encoder bge", "'ceiling: none'");
        read(bge.replace("supervisor: bow}", "supervisor: bow, ceiling: none}"));
        says(
                bge.replace("supervisor: bow}", "supervisor: bow, ceiling: top}"),
                "ceiling 'top' of model 'naive'",
                "[bow, ceiling]");
    }

    @Test
    void twoPossibleCeilingsMustBeTold() {
        says(
                GOOD + "  second: {encoder: minilm, supervisor: truth, passes: 2}\n",
                "more than one ceiling for model 'naive': [ceiling, second]");
    }

    @Test
    void anUnknownSupervisorNamesTheModels() {
        says(GOOD.replace("supervisor: bow}", "supervisor: boww}"), "line 9", "'bow'?");
    }

    @Test
    void whatIsWrongWithALabelerIsTold() {
        String rules =
                GOOD.replace(
                        "models:\n",
                        "labelers:\n  words: {kind: rules, keywords: {negative: [fine]}}\nmodels:\n");
        read(rules.replace("supervisor: bow}", "supervisor: words}"));
        says(
                rules.replace("supervisor: bow}", "supervisor: word}"),
                "line 11",
                "supervisor 'word' of model 'naive'",
                "truth or one of the models and labelers [bow, naive, ceiling, words]",
                "did you mean 'words'?");
        says(
                rules.replace("kind: rules", "kind: rule"),
                "line 8, column 3: labeler 'words': no labeler of kind 'rule' is installed",
                "[average, external, majority, rules]",
                "did you mean 'rules'?");
        says(
                rules.replace("{negative: [fine]}", "{c: [fine]}"),
                "line 8, column 3: labeler 'words': keywords: found class 'c', expected one of");
        says(
                rules.replace("keywords", "key-words"),
                "unknown key 'key-words', expected one of [combine, ignore-case, keywords,"
                        + " patterns]");
        says(rules.replace("  words:", "  bow:"), "labeler 'bow' and a model of the same name");
        says(rules.replace("  words:", "  truth:"), "another name: truth");
        says(
                rules.replace("kind: rules, ", "kind: rules, sources: [naive], ")
                        .replace("supervisor: bow}", "supervisor: words}"),
                "a cycle of supervisors: words -> naive -> words");
        says(
                rules.replace("kind: rules, ", "kind: rules, sources: [bowl], "),
                "line 8",
                "source 'bowl' of labeler 'words'",
                "'bow'?");
    }

    @Test
    void whatIsWrongWithTheSourcesOfALabelerIsTold() {
        String mean =
                GOOD.replace(
                                "models:\n",
                                """
                                labelers:
                                  mean: {kind: average, sources: [bow, vote]}
                                  vote: {kind: majority, sources: [bow, truth, ceiling]}
                                  crowd: {kind: external}
                                models:
                                """)
                        .replace("supervisor: bow}", "supervisor: mean}");
        read(mean);
        says(
                mean.replace("[bow, vote]", "[bow]"),
                "line 8, column 3: labeler 'mean': kind 'average' reads other labelers: expected 2"
                        + " or more sources, found 1");
        says(
                mean.replace("[bow, vote]", "[bow, vote, bow]"),
                "line 8",
                "found 'bow' in labelers.mean.sources",
                "each labeler once");
        says(
                mean.replace("[bow, vote]", "[bow, votes]"),
                "line 8",
                "source 'votes' of labeler 'mean'",
                "'vote'?");
        // by the last source of one, through a labeler and a model
        says(
                mean.replace("truth, ceiling]", "truth, naive]"),
                "line 8",
                "a cycle of supervisors: mean -> vote -> naive -> mean");
        says(
                mean.replace("truth, ceiling]", "truth, vote]"),
                "a cycle of supervisors: mean -> vote -> vote");
        says(
                mean.replace("{kind: external}", "{kind: external, sources: [bow]}"),
                "line 10",
                "an external labeler has no sources, found 1: Belay does not compute its labels");
    }

    @Test
    void aStudentLearnsFromTheStudentSplitOnly() {
        says(
                GOOD.replace("supervisor: bow}", "supervisor: bow, split: supervisor}"),
                "line 9",
                "on split supervisor with supervisor 'bow'");
    }

    @Test
    void wrongValuesNameTheirRange() {
        says(GOOD.replace("examples: 200", "examples: 0"), "line 8", "'0'", "at least 1");
        says(GOOD.replace("examples: 200", "examples: many"), "line 8", "'many'", "a whole number");
        says(
                GOOD.replace(
                        "supervisor: bow}", "supervisor: bow, loss: {kind: confidence, alpha: 2}}"),
                "'2' in models.naive.loss.alpha",
                "from 0.0 to 1.0");
        says(
                GOOD.replace(
                        "supervisor: bow}",
                        "supervisor: bow, loss: {kind: confidence, hard: true}}"),
                "unknown key 'hard'");
        says(GOOD.replace("name: demo", "name: My Demo"), "line 1", "[a-z0-9-]+", "'My Demo'");
        for (String share : new String[] {"0", "1", "1.5"})
            says(
                    GOOD.replace("{split: test}", "{share: " + share + "}"),
                    "line 6, column 20: found '" + share + "' in data.holdout.share",
                    "a number between 0.0 and 1.0, both excluded");
        says(GOOD.replace("{split: test}", "test"), "line 6", "a mapping");
        says(GOOD + "seeds: [1, 1]\n", "line 11", "each seed once");
        says(GOOD + "seeds: 3\n", "line 11", "'3' in seeds", "a list");
        says(GOOD + "seeds: []\n", "line 11", "found an empty list in seeds", "one seed");
        says(GOOD.replace("bow:", "truth:"), "line 8", "another name");
    }

    @Test
    void aNameWithAnUnderscoreComesWithOneThatIsValid() {
        says(GOOD.replace("name: demo", "name: ag_news"), "line 1", "'ag_news'; name it 'ag-news'");
    }

    @Test
    void aMappingOfClassesIsLabelsAndNames() {
        var data = read(GOOD.replace("[negative, positive]", "{1: world, 2: sports}")).data();
        assertEquals(List.of("world", "sports"), data.classes());
        assertEquals(List.of("1", "2"), data.labels());
        assertEquals(List.of(), read(GOOD).data().labels());
        says(GOOD.replace("[negative, positive]", "{1: a, 2: a}"), "line 3", "'a'", "class once");
        says(GOOD.replace("[negative, positive]", "{1: a}"), "line 3", "at least two classes");
        says(GOOD.replace("[negative, positive]", "{1: 2, 2: b}"), "line 3", "label of another");
        says(
                GOOD.replace("[negative, positive]", "[1, 2]"),
                "line 3",
                "classes: {1: world, 2: sports}");
    }

    @Test
    void wrongClassesHaveTheirOwnPlace() {
        String two = "[negative, positive]";
        says(
                GOOD.replace(two, "[negative]"),
                "line 3, column 12: found a list of 1",
                "two classes");
        says(GOOD.replace(two, "[same, same]"), "line 3, column 19: found 'same'", "class once");
        says(GOOD.replace(two, "[negative, '']"), "line 3, column 23: found ''", "a text");
        says(GOOD.replace(two, "[negative, ~]"), "line 3, column 23: found nothing", "a text");
        says(GOOD.replace(two, "[1, 2]"), "line 3, column 12", "found '1' at index 0");
    }

    @Test
    void fineTuningThatCantBeSaysWhatCan() {
        String tuned = "encoder: minilm, supervisor: bow, ceiling: none, ";
        says(naive(tuned + "finetune: all"), "'all' in models.naive.finetune", "last-1");
        says(naive(tuned + "finetune: last-0"), "'last-0'", "[full, head, last-1]");
        says(naive(tuned + "train-embeddings: true"), "'finetune: full' beside it");
        says(naive(tuned + "finetune: last-2, train-embeddings: true"), "'finetune: full' beside");
        says(naive(tuned + "precision: bf16"), "'bf16' in models.naive.precision", "last-N");
        says(naive(tuned + "finetune: full, precision: fp16"), "'fp16'", "[bf16, float32]");
        says(naive(tuned + "optimizer: {schedule: step}"), "'step'", "[constant, cosine, linear]");
        says(naive(tuned + "optimizer: {clip-norm: -1}"), "'-1'", "a number from 0");
        says(naive(tuned + "optimizer: {warm-up: 2}"), "'2'", "from 0.0 to 1.0");
        says(naive(tuned + "head-learning-rate: 0"), "'0' in models.naive.head-learning-rate");
        says(
                naive("encoder: hashing, supervisor: bow, ceiling: none, finetune: full"),
                "hashing has nothing that learns");
        read(naive(tuned + "finetune: full, train-embeddings: true, precision: bf16"));
    }

    @Test
    void whatLearnsFromScratchLearnsAllOfIt() {
        for (String encoder : new String[] {"mlp", "transformer"}) {
            String model = "supervisor: bow, ceiling: none, encoder: " + encoder;
            says(naive(model + ", finetune: head"), "'full' or nothing", "from scratch");
            says(naive(model + ", finetune: last-1"), "'full' or nothing");
            says(naive(model + ", train-embeddings: false"), "true or nothing");
            var tuning = read(naive(model)).models().get(1).fineTuning();
            assertEquals(FineTuningScope.FULL, tuning.getScope());
            assertTrue(tuning.getEmbeddings());
        }
    }

    @Test
    void foldersOfEncodersHavePlainNames() {
        for (String bad : new String[] {"'hf:../up'", "'hf:'", "'hf:a/b'", "'hf:Big'", "'hf:..'"})
            says(naive("supervisor: bow, ceiling: none, encoder: " + bad), "hf:NAME or one of");
        read(naive("supervisor: bow, ceiling: none, encoder: 'hf:bert-tiny_v1.2'"));
    }

    private static String naive(String entries) {
        return GOOD.replace("{encoder: minilm, supervisor: bow}", "{" + entries + "}");
    }

    @Test
    void whatIsMissingIsNamed() {
        says(GOOD.replace("name: demo\n", ""), "line 1", "also a key 'name'");
        says(GOOD.replace("encoder: hashing, ", ""), "line 8", "in models.bow", "'encoder'");
        says(GOOD.replace("  classes: [negative, positive]", "  name: x"), "no task.classes");
        says("", "line 1", "found nothing", "an experiment");
    }

    @Test
    void aKeyTwiceIsAnError() {
        says(GOOD + "name: again\n", "line 11", "key 'name' a second time");
    }

    @Test
    void textThatIsNotYamlSaysWhere() {
        says(GOOD + "  : [\n", "demo.yaml, line 1", "not YAML");
        says("- a\n", "line 1", "found a list", "a mapping");
    }

    @Test
    void aFileThatCantBeReadSaysSo() {
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

    private static Experiment read(String text) {
        return ExperimentFile.read("demo.yaml", new StringReader(text), Path.of("dir"));
    }

    private static String says(String text, String... parts) {
        String message = assertThrows(ExperimentException.class, () -> read(text)).getMessage();
        assertTrue(message.startsWith("demo.yaml"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "expected '" + part + "' in: " + message);
        }
        return message;
    }
}
