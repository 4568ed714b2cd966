package dev.belay.producers.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A case of a finite source, read by hand. The test of each {@link RowSource} supplies one, in
 * {@code META-INF/services/dev.belay.producers.source.SourceCase}; {@link SourceContractTest} runs
 * them.
 */
public interface SourceCase {
    /** Name of the source. */
    String source();

    /**
     * Its parameters.
     *
     * @param dir where it may write the files that they name
     */
    Map<String, String> parameters(Path dir) throws IOException;

    /** The columns that it has. */
    DataConfig.Fields fields();

    /** Its first rows, each as its line, a blank and its cells in JSON. */
    List<String> firstRows();
}
