package dev.belay.producers.dataset;

import dev.belay.producers.source.Row;
import java.util.Iterator;

/** Rows in order; closing it releases the files it reads from. */
public interface Rows extends Iterator<Row>, AutoCloseable {
    @Override
    void close();
}
