package dev.belay.cli.experiment;

import java.util.List;
import java.util.Map;

/**
 * A labeler of an experiment that is not a trained model; the same for all seeds unless it reads a
 * model.
 *
 * @param place position in the file
 * @param kind {@code external}, or a kind of an installed labeler
 * @param parameters all else that the file says about it; lists and mappings as JSON
 * @param sources names of the labelers that it reads: models, labelers or {@code truth}
 */
public record LabelerEntry(
        Place place,
        String name,
        String kind,
        Map<String, String> parameters,
        List<String> sources) {}
