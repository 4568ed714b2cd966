package dev.belay.producers.task;

import dev.belay.producers.dataset.Data;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.ExampleSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The finite source: a file. */
class DataSetSourceTest extends ExampleSourceContract {
    @TempDir Path dir;
    private final List<DataSet> opened = new ArrayList<>();

    @Override
    ExampleSource source() throws IOException {
        return open(0);
    }

    @Override
    ExampleSource otherSource() throws IOException {
        return open(1);
    }

    private DataSet open(long orderSeed) throws IOException {
        Path file = Data.write(dir.resolve("rows.jsonl"), Data.lines(ROWS));
        DataConfig config = Data.config(file, "jsonl");
        DataSet data =
                DataSet.open(
                        new DataConfig(
                                config.source(),
                                config.fields(),
                                config.holdout(),
                                config.supervisorShare(),
                                config.order(),
                                orderSeed,
                                config.classes()));
        opened.add(data);
        return data;
    }

    @AfterEach
    void close() {
        opened.forEach(DataSet::close);
    }
}
