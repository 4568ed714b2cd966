package dev.belay.it.trainers;

import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one trainer process writes that nothing happens to: what all others are compared with. */
final class Undisturbed implements AutoCloseable {
    private final Shared.Installation installation;
    private @Nullable World world;
    private int done;

    Undisturbed(Shared.Installation installation) {
        this.installation = installation;
    }

    /** The history of the first seeds (and maybe of more), made as far as it was not yet. */
    synchronized History ofSeeds(int seeds) throws IOException {
        World in = world == null ? new World(installation, "undisturbed") : world;
        world = in;
        if (done < seeds) {
            long begin = System.nanoTime();
            List<ModelSpec> more =
                    installation.grid().seeds(seeds).stream()
                            .filter(spec -> spec.getSeed() >= done)
                            .toList();
            try (TrainerProcess trainer = in.trainer("one", Harm.NONE)) {
                in.add(more);
                in.awaitOver(more, List.of(trainer));
            }
            done = seeds;
            System.out.printf(
                    "undisturbed: %d models in %d ms%n",
                    more.size(), (System.nanoTime() - begin) / 1_000_000);
        }
        return History.read(in);
    }

    @Override
    public synchronized void close() {
        if (world != null) {
            world.close();
        }
    }
}
