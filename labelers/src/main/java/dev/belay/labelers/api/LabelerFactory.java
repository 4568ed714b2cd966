package dev.belay.labelers.api;

import dev.belay.plugins.Plugin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes labelers of one kind: an extension point, see {@link dev.belay.plugins}. Its {@link #name}
 * is the {@code kind} of experiment files.
 */
public interface LabelerFactory extends Plugin {
    /**
     * Makes a labeler.
     *
     * @param classes names of the task's classes; a label is an index into them. Empty for tasks of
     *     kind choice: a label is then an index into the example's options
     * @param parameters all keys of the labeler in the experiment file but {@code kind} and {@code
     *     sources}; lists and mappings as JSON
     * @throws IllegalArgumentException when a parameter is unknown or wrong, naming it, what was
     *     found and what was expected
     */
    Labeler create(List<String> classes, Map<String, String> parameters);

    /**
     * The same for one that needs to know its sources.
     *
     * @param sources ids of the labelers that it reads, in the order of the spec
     * @throws IllegalArgumentException as above
     */
    default Labeler create(
            List<String> classes, Map<String, String> parameters, List<String> sources) {
        return create(classes, parameters);
    }

    /**
     * Whether what it makes are {@link LearningLabeler}s. Such a labeler is not divided among
     * processes: one has all partitions, the others wait to take over.
     */
    default boolean learns() {
        return false;
    }

    /** How many other labelers it must read at least. */
    default int leastSources() {
        return 0;
    }

    /**
     * How long after its example a label is given, in event time; not negative. An example waits
     * until the stream of its partition has passed that time, or has ended.
     *
     * @param parameters as for {@link #create}
     * @throws IllegalArgumentException as {@link #create}
     */
    default Duration delay(Map<String, String> parameters) {
        return Duration.ZERO;
    }

    /**
     * Which single votes of annotators it reads; null: none, its inputs have the votes that came
     * with the example.
     *
     * @param parameters as for {@link #create}
     * @throws IllegalArgumentException as {@link #create}
     */
    default @Nullable VoteRule voteRule(Map<String, String> parameters) {
        return null;
    }

    /**
     * Whether its labels also have the distributions of its sources, for students that weight these
     * themselves.
     */
    default boolean keepsVotes() {
        return false;
    }
}
