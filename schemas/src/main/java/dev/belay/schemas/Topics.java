package dev.belay.schemas;

import java.util.Map;

/**
 * The names of all topics.
 *
 * @param prefix put before every canonical name, {@code belay.} by default
 * @param renames canonical name without prefix (such as {@code sst2.examples}) to the real name of
 *     an existing topic; a renamed topic gets no prefix
 */
public record Topics(String prefix, Map<String, String> renames) {
    public static final String DEFAULT_PREFIX = "belay.";

    /**
     * Partitions of {@code belay.models}, {@code belay.labelers} and {@code belay.checkpoints},
     * never changed.
     */
    public static final int MODEL_PARTITIONS = 16;

    public Topics {
        renames = Map.copyOf(renames);
    }

    /** Default prefix, nothing renamed. */
    public static Topics defaults() {
        return new Topics(DEFAULT_PREFIX, Map.of());
    }

    public String examples(String task) {
        return name(task + ".examples");
    }

    public String holdout(String task) {
        return name(task + ".holdout");
    }

    public String truth(String task) {
        return name(task + ".truth");
    }

    /**
     * The topic of a labeler's labels.
     *
     * @param labeler a model id, or {@code truth}
     */
    public String labels(String task, String labeler) {
        return name(task + ".labels." + ModelId.labelerOf(labeler));
    }

    public String predictions(String task) {
        return name(task + ".predictions");
    }

    /** The labels that labelers of kind noise changed; no trainer may read it. */
    public String flips(String task) {
        return name(task + ".flips");
    }

    /** Single votes of annotators, for labelers that read them. */
    public String votes(String task) {
        return name(task + ".votes");
    }

    public String progress(String task) {
        return name(task + ".progress");
    }

    public String models() {
        return name("models");
    }

    /** Labelers that are not trained models. */
    public String labelers() {
        return name("labelers");
    }

    /** Where the versions of these labelers begin in each partition. */
    public String labelerVersions() {
        return name("labeler-versions");
    }

    /** What labelers that learn have learned. */
    public String labelerStates() {
        return name("labeler-states");
    }

    public String checkpoints() {
        return name("checkpoints");
    }

    public String metrics() {
        return name("metrics");
    }

    /** Changes in the labels of tasks. */
    public String alerts() {
        return name("alerts");
    }

    /** Metrics rows of examples with one tag. */
    public String slices() {
        return name("slices");
    }

    public String deadLetters() {
        return name("dead-letters");
    }

    private String name(String canonical) {
        return renames.getOrDefault(canonical, prefix + canonical);
    }
}
