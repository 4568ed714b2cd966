package dev.belay.cli.service;

import dev.belay.cli.logging.OrderlyStop;
import dev.belay.runtime.http.HttpServer;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Services that run until they are stopped, with the health endpoint of the process. */
public final class ServiceProcess {
    private ServiceProcess() {}

    /**
     * Runs services until one fails or a signal stops them.
     *
     * @param name of the process, for its last line
     * @return the exit code: 1 when a service failed; after a signal the JVM exits with the
     *     signal's, see {@link OrderlyStop}
     */
    public static int run(
            String name,
            Settings settings,
            PrometheusMeterRegistry meters,
            List<? extends Service> services)
            throws InterruptedException {
        ServiceGroup group = ServiceGroup.start(services);
        HttpServer health;
        try {
            health = settings.healthPort() < 0 ? null : HttpServer.start(settings, meters, group);
        } catch (IllegalStateException e) { // the port is in use
            group.close();
            throw e;
        }
        OrderlyStop stop =
                OrderlyStop.install(
                        name, group::close, LoggerFactory.getLogger(ServiceProcess.class)::info);
        group.await();
        group.close();
        if (health != null) {
            health.close();
        }
        stop.ended();
        return group.failure() == null ? 0 : 1;
    }
}
