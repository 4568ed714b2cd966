package dev.belay.plugins;

import java.util.List;

/** An implementation of an extension point. Stateless; used by several threads. */
public interface Plugin {
    /** What experiment files and specs call it; unique within its extension point. */
    String name();

    /**
     * Version of its semantics, from 1. Must increase when the same parameters give other results:
     * the version is part of a spec's hash, so a run never continues with a changed method.
     */
    default int version() {
        return 1;
    }

    /** Its parameters, each with a default. */
    default List<Parameter> parameters() {
        return List.of();
    }
}
