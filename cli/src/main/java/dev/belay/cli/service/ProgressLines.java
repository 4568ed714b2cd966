package dev.belay.cli.service;

import dev.belay.producers.task.ProgressListener;
import dev.belay.producers.task.RecordCounts;
import java.io.PrintWriter;

/** Prints a producer's progress: rows of a file; of a topic, what its records became. */
record ProgressLines(PrintWriter out) implements ProgressListener {
    @Override
    public void produced(long done, long total) {
        if (total >= 0) {
            out.printf("%,d of %,d rows%n", done, total);
        }
    }

    @Override
    public void counted(RecordCounts counts) {
        out.println(counts);
    }
}
