package dev.belay.producers.source;

import dev.belay.plugins.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source of a task's rows, finite or endless: an extension point, see {@link dev.belay.plugins}.
 * Experiment files give its name and parameters in {@code data.source}.
 */
public sealed interface Source extends Plugin permits RowSource, EndlessSource {
    /**
     * The keys that experiment files omit for this source; null: the file has to give all of them.
     */
    default @Nullable Preset preset() {
        return null;
    }

    /**
     * Fixed settings of a source.
     *
     * @param classes names of the task's classes
     */
    record Preset(List<String> classes, DataConfig.Fields fields, DataConfig.Holdout holdout) {}
}
