package dev.belay.runtime.clients;

import dev.belay.schemas.events.ModelSpec;

/** The models that users have declared. */
public final class ModelTable extends SpecTable<ModelSpec> {
    public ModelTable(Clients clients) {
        super(clients, clients.topics().models(), ModelSpec.class, ModelSpec::getId);
    }
}
