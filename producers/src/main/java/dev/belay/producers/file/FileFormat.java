package dev.belay.producers.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.RowSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjLongConsumer;

/**
 * A format of data files. Experiment files may name it as {@code data.format} beside {@code
 * data.path}; its name is the ending of such files, before {@code .gz} or {@code .zst}.
 */
public interface FileFormat extends RowSource {
    Parameter PATH = Parameter.file("path", "The file; .gz and .zst are unpacked.");

    @Override
    default List<Parameter> parameters() {
        return List.of(PATH);
    }

    @Override
    default String title(Parameters parameters) {
        return parameters.text(PATH.name());
    }

    @Override
    default String read(Parameters parameters, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        try (SourceFile file = new SourceFile(Path.of(title(parameters)))) {
            boolean[] any = {false};
            read(
                    file,
                    fields,
                    (row, line) -> {
                        rows.accept(row, line);
                        any[0] = true;
                    });
            if (!any[0]) {
                throw file.empty();
            }
            return file.sha256Hex();
        }
    }

    /**
     * Reads every row of a file.
     *
     * @param rows as {@link RowSource#read} describes them
     * @throws DataException at the first thing that is wrong
     */
    void read(SourceFile file, Fields fields, ObjLongConsumer<ObjectNode> rows);
}
