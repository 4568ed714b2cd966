package dev.belay.producers.source;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which columns hold the votes of annotators. */
public sealed interface VoteColumns {
    /** All columns that are read. */
    Collection<String> columns();

    /** All votes in one column. */
    record One(String column) implements VoteColumns {
        @Override
        public List<String> columns() {
            return List.of(column);
        }
    }

    /** Annotators, and the column of each. */
    record Each(Map<String, String> annotators) implements VoteColumns {
        public Each {
            annotators = new TreeMap<>(annotators);
        }

        @Override
        public Collection<String> columns() {
            return annotators.values();
        }
    }
}
