package dev.belay.cli.experiment;

import dev.belay.labelers.api.Labelers;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.LearningRateSchedule;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What models of an endless source may say, and what only they may say. Without {@code examples}
 * such a model has no budget, so nothing of it can be a share of one.
 */
final class EndlessModels {
    private EndlessModels() {}

    /** Refuses keys of one model that make no sense with its source. */
    static void checkKeys(YamlMap model, boolean endless) {
        YamlMap loss = mapping(model.get(ModelKeys.LOSS));
        YamlMap optimizer = mapping(model.get(ModelKeys.OPTIMIZER));
        boolean budget = !endless || model.get(ModelKeys.EXAMPLES) != null;
        if (!endless) {
            refuse(
                    model,
                    ModelKeys.MAX_WAIT.name(),
                    "no such key: it is for sources without end (data.topic)");
        }
        if (budget) {
            String words = "'warm-up', a share of its examples";
            refuse(loss, "warm-up-examples", words);
            refuse(optimizer, ModelKeys.RATE_WARM_UP_EXAMPLES.name(), words);
            return;
        }
        String words =
                "'warm-up-examples', or 'examples' for the model: a model without end has no budget";
        refuse(loss, "warm-up", words);
        refuse(optimizer, ModelKeys.RATE_WARM_UP.name(), words);
        YamlValue schedule = optimizer == null ? null : optimizer.get(ModelKeys.SCHEDULE);
        if (schedule != null
                && ModelKeys.SCHEDULE.reader().apply(schedule) != LearningRateSchedule.CONSTANT) {
            throw schedule.wrong(
                    "constant, or 'examples' for the model: a model without end has no budget");
        }
    }

    /** Refuses models of an endless source that could never label, or whose ceiling ends. */
    static void checkGraph(List<ModelEntry> models) {
        Map<String, ModelEntry> byName =
                models.stream().collect(Collectors.toMap(ModelEntry::name, Function.identity()));
        for (ModelEntry model : models) {
            ModelEntry supervisor = byName.get(model.supervisor());
            if (supervisor != null
                    && !supervisor.isExternal()
                    && supervisor.examples() == 0
                    && supervisor.readyAt() == 0) {
                throw ExperimentException.at(
                        supervisor.place(),
                        ("model '%s', the supervisor of '%s', without 'examples' and"
                                        + " 'ready-at' on a source without end")
                                .formatted(supervisor.name(), model.name()),
                        "'examples: N', a budget after which it labels, or 'ready-at: N'");
            }
            ModelEntry ceiling = model.ceiling() == null ? null : byName.get(model.ceiling());
            if (ceiling != null && model.examples() == 0 && ceiling.examples() > 0) {
                throw ExperimentException.at(
                        model.place(),
                        ("model '%s' without end, and its ceiling '%s', which ends after"
                                        + " %s examples")
                                .formatted(model.name(), ceiling.name(), ceiling.examples()),
                        "a ceiling without 'examples', or 'ceiling: none'");
            }
        }
    }

    /** Refuses what does not predict all generations of a rolling holdout. */
    static void checkRolling(List<ModelEntry> models, List<LabelerEntry> labelers) {
        for (LabelerEntry labeler : labelers) {
            if (labeler.kind().equals(LabelerSpecs.EXTERNAL)) {
                throw ExperimentException.at(
                        labeler.place(),
                        "external labeler '%s' and data.holdout.rolling".formatted(labeler.name()),
                        "a frozen holdout: what others write can't be asked for each generation");
            }
        }
        for (LabelerEntry labeler : labelers) {
            if (Labelers.learns(labeler.kind())) {
                throw ExperimentException.at(
                        labeler.place(),
                        "labeler '%s' of kind '%s' and data.holdout.rolling"
                                .formatted(labeler.name(), labeler.kind()),
                        "a frozen holdout: it learns, so what it predicts for one generation does"
                                + " not stay the same");
            }
        }
        for (LabelerEntry labeler : labelers) {
            if (Labelers.voteRule(labeler.kind(), labeler.parameters()) != null) {
                throw ExperimentException.at(
                        labeler.place(),
                        "labeler '%s' of single votes and data.holdout.rolling"
                                .formatted(labeler.name()),
                        "a frozen holdout: votes expire, so what it predicts for one generation"
                                + " does not stay the same");
            }
        }
        for (ModelEntry model : models) {
            if (model.labelPolicy() == LabelPolicy.LATEST) {
                throw ExperimentException.at(
                        model.place(),
                        "label-policy latest of '%s' and data.holdout.rolling"
                                .formatted(model.name()),
                        "a frozen holdout, or label-policy first-ready: students would be compared"
                                + " with checkpoints that have not predicted their generation");
            }
        }
    }

    private static void refuse(@Nullable YamlMap map, String key, String expected) {
        YamlValue value = map == null ? null : map.get(key);
        if (value != null) {
            throw value.wrong(expected);
        }
    }

    private static @Nullable YamlMap mapping(@Nullable YamlValue value) {
        return value == null || !value.isMap() ? null : value.map();
    }
}
