package dev.belay.producers.source;

import dev.belay.plugins.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of a task come from: an extension point, see {@link dev.belay.plugins}. Its name
 * and parameters are the {@code data.source} of experiment files. It is finite or endless.
 */
public sealed interface Source extends Plugin permits RowSource, EndlessSource {
    /** What an experiment file need not say about this source; null: it says all of it. */
    default @Nullable Preset preset() {
        return null;
    }

    /**
     * @param classes names of the task's classes
     */
    record Preset(List<String> classes, DataConfig.Fields fields, DataConfig.Holdout holdout) {}
}
