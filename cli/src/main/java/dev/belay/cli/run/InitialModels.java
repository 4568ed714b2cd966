package dev.belay.cli.run;

import dev.belay.cli.experiment.KnownCheckpoints;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.events.Checkpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the checkpoints that models of an experiment may start from. */
final class InitialModels {
    private InitialModels() {}

    static KnownCheckpoints read(Clients clients, Duration patience) {
        Map<String, List<Checkpoint>> checkpoints = new HashMap<>();
        try (ModelTable models = new ModelTable(clients);
                var events =
                        new TopicTable<>(
                                clients,
                                clients.topics().checkpoints(),
                                Checkpoint.class,
                                (model, event) -> {
                                    if (event != null) {
                                        checkpoints
                                                .computeIfAbsent(model, m -> new ArrayList<>())
                                                .add(event);
                                    }
                                })) {
            models.catchUp(patience);
            events.catchUp(patience);
            return new KnownCheckpoints(List.copyOf(models.all().values()), checkpoints);
        }
    }
}
