package dev.belay.cli.experiment;

import static dev.belay.cli.experiment.BadExperiments.GOOD;
import static dev.belay.cli.experiment.BadExperiments.assertRejected;
import static dev.belay.cli.experiment.BadExperiments.naive;
import static dev.belay.cli.experiment.BadExperiments.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.FineTuningScope;
import org.junit.jupiter.api.Test;

/** Mistakes in models: encoders, ceilings, splits, fine-tuning. */
class BadModelTest {
    @Test
    void anUnknownEncoderNamesTheKnownOnes() {
        assertRejected(
                GOOD.replace(
                        "encoder: minilm, supervisor: bow", "encoder: minilmm, supervisor: bow"),
                "line 9",
                "found 'minilmm' in models.naive.encoder",
                "minilm, bge, e5",
                "did you mean 'minilm'?");
    }

    @Test
    void anEncodersParametersAreChecked() {
        String good = "encoder: hashing,";
        assertRejected(
                GOOD.replace(good, "encoder: {kind: hashing, buckets: 1000},"),
                "line 8",
                "'1000' in models.bow.encoder.buckets; expected one of [1024, 2048");
        assertRejected(
                GOOD.replace(good, "encoder: {kind: hashing, bucket: 1024},"),
                "line 8",
                "unknown key 'bucket' in models.bow.encoder",
                "did you mean 'buckets'?");
        assertRejected(
                GOOD.replace(good, "encoder: {kind: hashin},"),
                "line 8",
                "'hashin' in models.bow.encoder.kind",
                "did you mean 'hashing'?");
        assertRejected(
                GOOD.replace(
                        "minilm, supervisor: bow",
                        "{kind: minilm, buckets: 1024}, supervisor: bow"),
                "line 9",
                "unknown key 'buckets' in models.naive.encoder",
                "one of [kind, max-tokens, layers]");
    }

    @Test
    void maxTokensIsWithinTheEncodersLimit() {
        for (String bad : new String[] {"257", "7", "0", "few"}) {
            assertRejected(
                    naive("encoder: minilm, supervisor: bow, max-tokens: " + bad),
                    "line 9",
                    "found '" + bad + "' in models.naive.max-tokens",
                    "a whole number from 8 to 256");
        }
        assertRejected(
                GOOD.replace("encoder: hashing,", "encoder: hashing, max-tokens: 64,"),
                "line 8",
                "found '64' in models.bow.max-tokens",
                "hashing reads no tokens");
        assertRejected(
                naive("encoder: {kind: minilm, max-tokens: 64}, supervisor: bow, max-tokens: 32"),
                "line 9",
                "found '32' in models.naive.max-tokens",
                "one of the two");
    }

    @Test
    void aStudentWithoutACeilingIsRejectedUnlessItsCeilingIsNone() {
        String bge = GOOD.replace("naive: {encoder: minilm", "naive: {encoder: bge");
        assertRejected(
                bge, "line 9", "no ceiling for model 'naive'", "encoder bge", "'ceiling: none'");
        read(bge.replace("supervisor: bow}", "supervisor: bow, ceiling: none}"));
        assertRejected(
                bge.replace("supervisor: bow}", "supervisor: bow, ceiling: top}"),
                "ceiling 'top' of model 'naive'",
                "[bow, ceiling]");
    }

    @Test
    void oneOfTwoPossibleCeilingsMustBeNamed() {
        assertRejected(
                GOOD + "  second: {encoder: minilm, supervisor: truth, passes: 2}\n",
                "more than one ceiling for model 'naive': [ceiling, second]");
    }

    @Test
    void aStudentLearnsFromTheStudentSplitOnly() {
        assertRejected(
                GOOD.replace("supervisor: bow}", "supervisor: bow, split: supervisor}"),
                "line 9",
                "on split supervisor with supervisor 'bow'");
    }

    @Test
    void fineTuningThatIsNotPossibleNamesWhatIs() {
        String tuned = "encoder: minilm, supervisor: bow, ceiling: none, ";
        assertRejected(naive(tuned + "finetune: all"), "'all' in models.naive.finetune", "last-1");
        assertRejected(naive(tuned + "finetune: last-0"), "'last-0'", "[full, head, last-1]");
        assertRejected(naive(tuned + "train-embeddings: true"), "'finetune: full' beside it");
        assertRejected(
                naive(tuned + "finetune: last-2, train-embeddings: true"),
                "'finetune: full' beside");
        assertRejected(
                naive(tuned + "precision: bf16"), "'bf16' in models.naive.precision", "last-N");
        assertRejected(
                naive(tuned + "finetune: full, precision: fp16"), "'fp16'", "[bf16, float32]");
        assertRejected(
                naive(tuned + "optimizer: {schedule: step}"),
                "'step'",
                "[constant, cosine, linear]");
        assertRejected(naive(tuned + "optimizer: {clip-norm: -1}"), "'-1'", "a number from 0");
        assertRejected(naive(tuned + "optimizer: {warm-up: 2}"), "'2'", "from 0.0 to 1.0");
        assertRejected(
                naive(tuned + "finetune: full, selector: cut-statistic"),
                "'cut-statistic' compares features of a frozen encoder",
                "'finetune: head'");
        assertRejected(
                naive(tuned + "head-learning-rate: 0"), "'0' in models.naive.head-learning-rate");
        assertRejected(
                naive("encoder: hashing, supervisor: bow, ceiling: none, finetune: full"),
                "hashing has nothing that learns");
        read(naive(tuned + "finetune: full, train-embeddings: true, precision: bf16"));
    }

    @Test
    void whatLearnsFromScratchLearnsAllOfIt() {
        for (String encoder : new String[] {"mlp", "transformer"}) {
            String model = "supervisor: bow, ceiling: none, encoder: " + encoder;
            assertRejected(naive(model + ", finetune: head"), "'full' or nothing", "from scratch");
            assertRejected(naive(model + ", finetune: last-1"), "'full' or nothing");
            assertRejected(naive(model + ", train-embeddings: false"), "true or nothing");
            var tuning = read(naive(model)).models().get(1).fineTuning();
            assertEquals(FineTuningScope.FULL, tuning.getScope());
            assertTrue(tuning.getEmbeddings());
        }
    }

    @Test
    void foldersOfEncodersHavePlainNames() {
        for (String bad : new String[] {"'hf:../up'", "'hf:'", "'hf:a/b'", "'hf:Big'", "'hf:..'"})
            assertRejected(
                    naive("supervisor: bow, ceiling: none, encoder: " + bad), "hf:NAME or one of");
        read(naive("supervisor: bow, ceiling: none, encoder: 'hf:bert-tiny_v1.2'"));
    }
}
