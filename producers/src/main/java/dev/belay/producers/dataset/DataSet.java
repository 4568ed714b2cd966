package dev.belay.producers.dataset;

import dev.belay.plugins.Parameters;
import dev.belay.producers.source.Batch;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.RowBuilder;
import dev.belay.producers.source.RowSource;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A data set, read and checked completely, in the order of production.
 *
 * <p>Memory is bounded for any size of the source: rows that do not fit are sorted by hash on disk.
 * Equal ids are neighbours in that order, so duplicates are found exactly without state for each
 * row. Closing it removes the temporary files.
 */
public final class DataSet implements ExampleSource, AutoCloseable {
    /** Rows are kept in memory up to this. */
    public static final long DEFAULT_MEMORY_BYTES = 64L << 20;

    private final DataConfig config;
    private final RowSorter sorter;
    private final Path directory;
    private final String name;
    private final String sourceHash;
    private final DataSummary summary;
    private final int vectorLength;

    private DataSet(
            DataConfig config,
            RowSorter sorter,
            Path directory,
            String name,
            String sourceHash,
            DataSummary summary,
            int vectorLength) {
        this.config = config;
        this.sorter = sorter;
        this.directory = directory;
        this.name = name;
        this.sourceHash = sourceHash;
        this.summary = summary;
        this.vectorLength = vectorLength;
    }

    /** As {@link #open(DataConfig, long)} with {@link #DEFAULT_MEMORY_BYTES}. */
    public static DataSet open(DataConfig config) {
        return open(config, DEFAULT_MEMORY_BYTES);
    }

    /**
     * Reads, checks, splits and orders everything.
     *
     * @param config whose source is finite
     * @param memoryBytes rows are kept in memory up to about this, then on disk
     * @throws DataException at the first thing that is wrong
     */
    public static DataSet open(DataConfig config, long memoryBytes) {
        Path directory = temporaryDirectory();
        RowSorter byHash = new RowSorter(Row.BY_HASH, memoryBytes, directory.resolve("hash"));
        RowSorter byLine = new RowSorter(Row.BY_LINE, memoryBytes, directory.resolve("line"));
        boolean inFileOrder = config.order() == DataConfig.Order.FILE;
        boolean opened = false;
        try {
            Parameters parameters = config.source().parameters();
            RowSource source = (RowSource) config.source().plugin();
            String name = source.title(parameters);
            RowBuilder builder = new RowBuilder(name, config);
            String bytesHash =
                    source.read(
                            parameters,
                            config.fields(),
                            (row, line) -> byHash.accept(builder.row(row, line)));
            DataSummary.Counter counter = new DataSummary.Counter(config.classes().size());
            long distinct = 0;
            try (Rows rows = new DistinctRows(name, byHash.sorted())) {
                while (rows.hasNext()) {
                    Row row = rows.next();
                    counter.add(row);
                    distinct++;
                    if (inFileOrder) {
                        byLine.accept(row);
                    }
                }
            }
            DataSummary summary = counter.summary(byHash.count() - distinct);
            if (config.fields().group() != null
                    && (config.holdout() instanceof DataConfig.Holdout.Column
                            || config.holdout().where() != null)) {
                Path byUnit = directory.resolve("unit");
                WholeGroups.require(name, byHash, memoryBytes, byUnit);
            }
            requireHoldout(config, name, summary, builder);
            opened = true;
            return new DataSet(
                    config,
                    inFileOrder ? byLine : byHash,
                    directory,
                    name,
                    SourceHash.of(config, bytesHash + builder.filesHash()),
                    summary,
                    builder.vectorLength());
        } finally {
            if (!opened || inFileOrder) {
                byHash.close();
            }
            if (!opened) {
                byLine.close();
                deleteTree(directory);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * SHA-256 (hex) of the source's bytes and of every setting that affects rows, splits or order.
     * The file's name is not included.
     */
    @Override
    public String sourceHash() {
        return sourceHash;
    }

    public DataSummary summary() {
        return summary;
    }

    /** Features of every example; 0 if the input is no vector. */
    public int vectorLength() {
        return vectorLength;
    }

    public DataConfig config() {
        return config;
    }

    @Override
    public long total() {
        return summary.rows();
    }

    @Override
    public @Nullable TruthDraw truth() {
        return config.truth();
    }

    @Override
    public Reader open(long done) {
        Rows rows = rows();
        for (long skipped = 0; skipped < done; skipped++) {
            rows.next();
        }
        return new Batches(rows);
    }

    /** All rows in the order in which they are produced; each id once. */
    public Rows rows() {
        return new DistinctRows(name, sorter.sorted());
    }

    /** The rows of a split that a model takes. */
    public DataSummary.SplitCounts countDrawn(Split split, ExampleDraw draw) {
        DataSummary.Counter counter = new DataSummary.Counter(config.classes().size());
        try (Rows rows = rows()) {
            while (rows.hasNext()) {
                Row row = rows.next();
                if (row.split() == split && draw.takes(row.unit(), row.example().getTags())) {
                    counter.add(row);
                }
            }
        }
        return counter.summary(0).of(split);
    }

    @Override
    public void close() {
        sorter.close();
        deleteTree(directory);
    }

    private static void requireHoldout(
            DataConfig config, String name, DataSummary summary, RowBuilder builder) {
        if (summary.of(Split.HOLDOUT).rows() > 0) {
            return;
        }
        if (config.holdout() instanceof DataConfig.Holdout.Column column) {
            throw DataException.at(
                    name,
                    0,
                    "no row whose split is '" + column.value() + "', but " + builder.splitValues(),
                    "a holdout",
                    "Name one of these values in data.holdout, or give a share.");
        }
        throw DataException.at(
                name,
                0,
                "no row for the holdout among " + summary.rows(),
                "a holdout",
                "Raise the share in data.holdout.");
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("belay-sort-" + ProcessHandle.current().pid() + "-");
        } catch (IOException e) {
            throw new UncheckedIOException("can't make a temporary directory for sorting", e);
        }
    }

    private static void deleteTree(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve("hash"));
            Files.deleteIfExists(directory.resolve("line"));
            Files.deleteIfExists(directory.resolve("unit"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + directory, e);
        }
    }

    private record Batches(Rows rows) implements Reader {
        @Override
        public Batch next(int most) {
            List<Row> next = new ArrayList<>();
            while (next.size() < most && rows.hasNext()) {
                next.add(rows.next());
            }
            return Batch.of(next);
        }

        @Override
        public boolean ended() {
            return !rows.hasNext();
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
