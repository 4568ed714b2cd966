package dev.belay.producers.dataset;

import dev.belay.producers.source.Row;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Option;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * External merge sort: rows are collected up to a bound of memory, sorted and written to a run;
 * runs are merged {@value #FAN_IN} at a time. Rows that fit into memory are not written to disk.
 * Once all rows are in, {@link #sorted} can be read any number of times.
 */
final class RowSorter implements Consumer<Row>, AutoCloseable {
    /** Runs merged at once, and so files open at once for each level. */
    static final int FAN_IN = 128;

    private final Comparator<Row> order;

    /** What an option takes beside its text. */
    private static final long OPTION_CHARS = 40;

    private final long memoryBytes;
    private final Path directory;
    private final List<Row> inMemory = new ArrayList<>();
    private long bytesInMemory;
    private long count;
    private int filesMade;

    /** Runs by level: level k + 1 holds merges of {@link #FAN_IN} runs of level k. */
    private final List<List<Run>> levels = new ArrayList<>();

    /**
     * @param memoryBytes rows in memory take about this much at most, at least one row
     * @param directory for runs; made when first needed
     */
    RowSorter(Comparator<Row> order, long memoryBytes, Path directory) {
        this.order = order;
        this.memoryBytes = memoryBytes;
        this.directory = directory;
    }

    @Override
    public void accept(Row row) {
        inMemory.add(row);
        // measured with the JDK's compact strings: a byte a Latin character, two for others
        bytesInMemory += bytes(row.example());
        count++;
        if (bytesInMemory > memoryBytes) {
            inMemory.sort(order);
            addRun(0, run(inMemory.size(), inMemory.iterator()));
            inMemory.clear();
            bytesInMemory = 0;
        }
    }

    private static long bytes(Example example) {
        long chars = (long) example.getId().length() + example.getText().length();
        if (example.getParts() != null) {
            chars *= 2; // the joined text once more
        }
        for (Option option : example.getOptions()) {
            chars += OPTION_CHARS + option.getText().length();
        }
        int features = example.getVector() == null ? 0 : example.getVector().size();
        long content = example.getContent() == null ? 0 : example.getContent().getSize();
        return 240 + 2 * chars + 24L * features + content;
    }

    long count() {
        return count;
    }

    /** Files on disk. */
    int runs() {
        return levels.stream().mapToInt(List::size).sum();
    }

    /** All rows in order, from the first. */
    Rows sorted() {
        inMemory.sort(order);
        List<Rows> inputs = new ArrayList<>();
        levels.forEach(level -> level.forEach(run -> inputs.add(RowFile.read(run.file))));
        inputs.add(inMemoryRows());
        return new Merge(order, inputs);
    }

    private Rows inMemoryRows() {
        Iterator<Row> rows = inMemory.iterator();
        return new Rows() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                return rows.next();
            }

            @Override
            public void close() {
                // nothing to close
            }
        };
    }

    private void addRun(int level, Run run) {
        while (levels.size() <= level) {
            levels.add(new ArrayList<>());
        }
        List<Run> runs = levels.get(level);
        runs.add(run);
        if (runs.size() == FAN_IN) {
            List<Rows> inputs = new ArrayList<>();
            runs.forEach(r -> inputs.add(RowFile.read(r.file)));
            Run merged;
            try (Merge merge = new Merge(order, inputs)) {
                merged = run(runs.stream().mapToLong(Run::count).sum(), merge);
            }
            runs.forEach(r -> delete(r.file));
            runs.clear();
            addRun(level + 1, merged);
        }
    }

    private Run run(long rows, Iterator<Row> sorted) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("can't make " + directory + " for sorting", e);
        }
        Path file = directory.resolve("run-" + filesMade++);
        RowFile.write(file, rows, sorted);
        return new Run(file, rows);
    }

    @Override
    public void close() {
        inMemory.clear();
        levels.forEach(level -> level.forEach(run -> delete(run.file)));
        levels.clear();
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't delete the temporary file " + file, e);
        }
    }

    private record Run(Path file, long count) {}

    /** Merges sorted inputs; owns and closes them. */
    private static final class Merge implements Rows {
        private final List<Rows> inputs;
        private final PriorityQueue<Head> heads;

        Merge(Comparator<Row> order, List<Rows> inputs) {
            this.inputs = inputs;
            heads = new PriorityQueue<>(Comparator.comparing(Head::row, order));
            inputs.forEach(this::advance);
        }

        private void advance(Rows input) {
            if (input.hasNext()) {
                heads.add(new Head(input.next(), input));
            }
        }

        @Override
        public boolean hasNext() {
            return !heads.isEmpty();
        }

        @Override
        public Row next() {
            Head head = heads.remove();
            advance(head.from);
            return head.row;
        }

        @Override
        public void close() {
            inputs.forEach(Rows::close);
        }

        private record Head(Row row, Rows from) {}
    }
}
