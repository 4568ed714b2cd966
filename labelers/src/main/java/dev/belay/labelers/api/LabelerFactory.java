package dev.belay.labelers.api;

import java.util.List;
import java.util.Map;

/**
 * Makes labelers of one kind. Found by {@code ServiceLoader}, so it has a public constructor
 * without parameters and is named in {@code META-INF/services}.
 */
public interface LabelerFactory {
    /** The kind, as an experiment file names it; unique among all factories. */
    String kind();

    /**
     * Makes a labeler.
     *
     * @param classes names of the task's classes; a label is an index into them
     * @param parameters all keys of the labeler in the experiment file but {@code kind} and {@code
     *     sources}; lists and mappings as JSON
     * @throws IllegalArgumentException when a parameter is unknown or wrong, naming it, what was
     *     found and what was expected
     */
    Labeler create(List<String> classes, Map<String, String> parameters);
}
