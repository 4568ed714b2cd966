package dev.belay.labelers;

import dev.belay.labelers.records.ComputeThread;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.LabelerTable;
import dev.belay.runtime.clients.ModelTable;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/**
 * The life cycle of this module's services: waits for the installation's topics, then follows the
 * specs of models and labelers and works in rounds until it is closed.
 */
public abstract class SpecFollower implements Service {
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    private final Clients clients;
    private final String name;
    private final Prerequisites patience;
    private volatile boolean following;

    /**
     * What the work is made of.
     *
     * @param models polled before each round, as are the labelers
     */
    protected record Context(
            TopicCheck check,
            ComputeThread computing,
            ModelTable models,
            LabelerTable labelers,
            Prerequisites patience) {}

    /** What is done while specs are followed; belongs to the thread that runs the service. */
    protected interface Work extends AutoCloseable {
        /** Does what there is to do, and waits for a moment where there is nothing. */
        void round();

        @Override
        void close();
    }

    protected SpecFollower(Clients clients, String name) {
        this.clients = clients;
        this.name = name;
        this.patience = new Prerequisites(name);
    }

    /** Creates the work; called before the specs are read. */
    protected abstract Work open(Context context);

    protected final Clients clients() {
        return clients;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public boolean ready() {
        return following && patience.isContent();
    }

    @Override
    public List<String> troubles() {
        return patience.problems();
    }

    @Override
    public List<Participant> participants() {
        return patience.participants();
    }

    @Override
    public final void close() {
        patience.close();
    }

    @Override
    public final void run() {
        try (Admin admin = clients.admin()) {
            TopicCheck check = new TopicCheck(admin);
            if (!patience.awaitInstallation(check, clients.topics())) {
                return;
            }
            try (ComputeThread computing = new ComputeThread(name);
                    ModelTable models = new ModelTable(clients);
                    LabelerTable labelers = new LabelerTable(clients);
                    Work work = open(new Context(check, computing, models, labelers, patience))) {
                models.catchUp(CATCH_UP);
                labelers.catchUp(CATCH_UP);
                following = true;
                while (!patience.isClosed()) {
                    models.poll(Duration.ZERO);
                    labelers.poll(Duration.ZERO);
                    work.round();
                }
            } finally {
                following = false;
            }
        }
    }
}
