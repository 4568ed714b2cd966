package dev.belay.cli.experiment;

import static dev.belay.cli.experiment.BadExperiments.GOOD;
import static dev.belay.cli.experiment.BadExperiments.assertRejected;
import static dev.belay.cli.experiment.BadExperiments.read;

import org.junit.jupiter.api.Test;

/** Mistakes in supervisors and labelers: names, parameters, sources, cycles. */
class BadSupervisorTest {
    @Test
    void aCycleOfSupervisorsIsShown() {
        assertRejected(
                GOOD.replace("supervisor: bow}", "supervisor: other, ceiling: none}")
                        + "  other: {encoder: bge, supervisor: naive, ceiling: none}\n",
                "line 9",
                "a cycle of supervisors: naive -> other -> naive",
                "end at truth");
        assertRejected(
                GOOD.replace("supervisor: bow}", "supervisor: naive}"), "cycle", "naive -> naive");
    }

    @Test
    void anUnknownSupervisorNamesTheModels() {
        assertRejected(GOOD.replace("supervisor: bow}", "supervisor: boww}"), "line 9", "'bow'?");
    }

    @Test
    void aWrongLabelerIsRejected() {
        String rules =
                GOOD.replace(
                        "models:\n",
                        """
                        labelers:
                          words: {kind: rules, keywords: {negative: [fine]}}
                        models:
                        """);
        read(rules.replace("supervisor: bow}", "supervisor: words}"));
        assertRejected(
                rules.replace("supervisor: bow}", "supervisor: word}"),
                "line 11",
                "supervisor 'word' of model 'naive'",
                "truth or one of the models and labelers [bow, naive, ceiling, words]",
                "did you mean 'words'?");
        assertRejected(
                rules.replace("kind: rules", "kind: rule"),
                "line 8, column 3: labeler 'words': no labeler of kind 'rule' is installed",
                "[average, crowd, dawid-skene, external, majority, noise, rules, trust, votes, weighted]",
                "did you mean 'rules'?");
        assertRejected(
                rules.replace("{negative: [fine]}", "{c: [fine]}"),
                "line 8, column 3: labeler 'words': keywords: found class 'c', expected one of");
        assertRejected(
                rules.replace("keywords", "key-words"),
                "unknown key 'key-words', expected one of [combine, ignore-case, keywords,"
                        + " patterns]");
        assertRejected(
                rules.replace("  words:", "  bow:"), "labeler 'bow' and a model of the same name");
        assertRejected(rules.replace("  words:", "  truth:"), "another name: truth");
        assertRejected(
                rules.replace("kind: rules, ", "kind: rules, sources: [naive], ")
                        .replace("supervisor: bow}", "supervisor: words}"),
                "a cycle of supervisors: words -> naive -> words");
        assertRejected(
                rules.replace("kind: rules, ", "kind: rules, sources: [bowl], "),
                "line 8",
                "source 'bowl' of labeler 'words'",
                "'bow'?");
    }

    @Test
    void wrongSourcesOfALabelerAreRejected() {
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
        assertRejected(
                mean.replace("[bow, vote]", "[bow]"),
                "line 8, column 3: labeler 'mean': kind 'average' reads other labelers: expected 2"
                        + " or more sources, found 1");
        assertRejected(
                mean.replace("[bow, vote]", "[bow, vote, bow]"),
                "line 8",
                "found 'bow' in labelers.mean.sources",
                "each labeler once");
        assertRejected(
                mean.replace("[bow, vote]", "[bow, votes]"),
                "line 8",
                "source 'votes' of labeler 'mean'",
                "'vote'?");
        // a cycle through a labeler and a model
        assertRejected(
                mean.replace("truth, ceiling]", "truth, naive]"),
                "line 8",
                "a cycle of supervisors: mean -> vote -> naive -> mean");
        assertRejected(
                mean.replace("truth, ceiling]", "truth, vote]"),
                "a cycle of supervisors: mean -> vote -> vote");
        assertRejected(
                mean.replace("{kind: external}", "{kind: external, sources: [bow]}"),
                "line 10",
                "an external labeler has no sources, found 1: Belay does not compute its labels");
    }
}
