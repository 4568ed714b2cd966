package dev.belay.cli.service;

import dev.belay.cli.logging.Logging;
import dev.belay.models.encoder.CachingEncoder.Counts;
import dev.belay.models.encoder.Encoders;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.http.Meters;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.settings.Settings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A service as a process: settings, clients, health endpoint, run until stopped. Exit code 1 when
 * it failed; the signal's when it was stopped in order, see {@link ServiceProcess}.
 */
abstract class ServiceCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceCommand.class);

    @Spec private CommandSpec spec;
    @Mixin private SettingsOptions options;

    /** The services of this process. */
    abstract List<? extends Service> services(Clients clients);

    @Override
    public final Integer call() throws InterruptedException {
        Logging.toTerminal();
        options.usePlugins();
        Settings settings = options.settings();
        var meters = Meters.prometheus();
        new JvmMemoryMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        countEncoded(meters);
        Clients clients = new Clients(settings, meters);
        clients.awaitBroker();
        String problem = clients.registryProblem();
        if (problem != null) {
            LOG.warn("{}", problem); // services wait for it
        }
        return ServiceProcess.run(spec.name(), settings, meters, services(clients));
    }

    private static void countEncoded(MeterRegistry meters) {
        FunctionCounter.builder("belay.encoded", meters, m -> total(Counts::encoded))
                .register(meters);
        FunctionCounter.builder("belay.encoded.truncated", meters, m -> total(Counts::truncated))
                .register(meters);
    }

    private static double total(ToLongFunction<Counts> count) {
        return Encoders.counts().stream().mapToLong(count).sum();
    }
}
