package dev.belay.labelers.api;

import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import java.util.List;
import java.util.Map;

/** Specs of labelers for tests. */
public final class SpecEvents {
    public static final String ID = "exp/rules#0@1";

    private SpecEvents() {}

    public static LabelerSpec spec(
            String kind, List<String> classes, Map<String, String> parameters, long version) {
        return LabelerSpec.newBuilder()
                .setId(ID)
                .setVersion(version)
                .setTask("task")
                .setClasses(classes)
                .setPartitions(1)
                .setMethod(new Method(kind, parameters))
                .setSpecHash("hash-" + version)
                .setEventTimeMs(1_000 + version)
                .build();
    }
}
