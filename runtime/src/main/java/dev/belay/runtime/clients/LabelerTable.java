package dev.belay.runtime.clients;

import dev.belay.schemas.events.LabelerSpec;

/** The labelers that users have declared beside models, each in its newest version. */
public final class LabelerTable extends SpecTable<LabelerSpec> {
    public LabelerTable(Clients clients) {
        super(clients, clients.topics().labelers(), LabelerSpec.class, LabelerSpec::getId);
    }
}
