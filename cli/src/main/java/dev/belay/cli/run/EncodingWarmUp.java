package dev.belay.cli.run;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.EncodingWindows;
import dev.belay.models.input.Input;
import dev.belay.models.input.Inputs;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.Rows;
import dev.belay.producers.source.Row;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes a run's inputs before they are asked for, into the cache that its services share: while
 * the broker starts and supervisors train, cores would be idle. The run does not depend on it; it
 * only finds vectors that it would have made.
 */
final class EncodingWarmUp implements Service {
    /** Limit for large data sets: what is encoded far ahead is evicted from memory. */
    private static final int MOST = 50_000;

    private static final Logger LOG = LoggerFactory.getLogger(EncodingWarmUp.class);

    private final DataSet data;
    private final List<ModelSpec> specs;
    private final Settings settings;
    private volatile boolean closing;

    EncodingWarmUp(DataSet data, List<ModelSpec> specs, Settings settings) {
        this.data = data;
        this.specs = specs;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "encode-ahead";
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public void close() {
        closing = true;
    }

    /** The holdout first: no checkpoint can be compared without all of it. */
    @Override
    public void run() {
        Map<EncoderRef, Use> uses = new LinkedHashMap<>();
        for (ModelSpec spec : specs) {
            String name = spec.getEncoderName();
            boolean frozen = spec.getFineTuning().getScope() == FineTuningScope.HEAD;
            if (frozen && !Encoders.isCheap(name) && !name.equals(LabelerSpecs.NO_ENCODER)) {
                uses.computeIfAbsent(EncoderRef.of(spec), Use::of).models.add(spec);
            }
        }
        if (uses.isEmpty()) {
            return;
        }
        List<Input> holdout = collect(uses.values());
        for (Use use : uses.values()) {
            List<Input> all = new ArrayList<>(holdout);
            all.addAll(use.inputs);
            encoder(use.encoder).announce(all);
        }
        uses.values().forEach(use -> encode(encoder(use.encoder), holdout));
        uses.values().forEach(use -> encode(encoder(use.encoder), use.inputs));
    }

    /**
     * An encoder in the run.
     *
     * @param models with this encoder
     * @param inputs outside the holdout that they read
     */
    private record Use(EncoderRef encoder, List<ModelSpec> models, List<Input> inputs) {
        static Use of(EncoderRef encoder) {
            return new Use(encoder, new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Returns the inputs of the holdout, and adds those that each encoder's models read. */
    private List<Input> collect(Collection<Use> uses) {
        List<Input> holdout = new ArrayList<>();
        try (Rows rows = data.rows()) {
            while (rows.hasNext()
                    && !closing
                    && (holdout.size() < MOST
                            || uses.stream().anyMatch(use -> use.inputs.size() < MOST))) {
                Row row = rows.next();
                List<Input> inputs = Inputs.of(row.example()).encoded();
                if (row.split() == Split.HOLDOUT) {
                    add(inputs, holdout);
                    continue;
                }
                for (Use use : uses) {
                    if (use.models.stream().anyMatch(spec -> reads(spec, row))) {
                        add(inputs, use.inputs);
                    }
                }
            }
        }
        return holdout;
    }

    private static void add(List<Input> inputs, List<Input> list) {
        if (list.size() < MOST) {
            list.addAll(inputs);
        }
    }

    private Encoder encoder(EncoderRef ref) {
        return Networks.of(Device.parse(settings.device()), settings.cache(), settings.encoders())
                .encoder(ref);
    }

    /** One window ahead, so that no core waits for the tokens of the next one. */
    private void encode(Encoder encoder, List<Input> inputs) {
        CompletableFuture<?> before = CompletableFuture.completedFuture(null);
        for (List<Input> window : EncodingWindows.of(inputs)) {
            if (closing) {
                return;
            }
            CompletableFuture<?> begun = encoder.begin(window);
            await(encoder, before);
            before = begun;
        }
        await(encoder, before);
    }

    private static void await(Encoder encoder, CompletableFuture<?> rows) {
        try {
            rows.join();
        } catch (CompletionException e) { // labelers and trainers meet it too, and report it
            LOG.warn("{} could not encode ahead", encoder.name(), e.getCause());
        }
    }

    private boolean reads(ModelSpec spec, Row row) {
        boolean learns =
                spec.getSplit() == row.split()
                        && ExampleDraw.of(spec).takes(row.unit(), row.example().getTags());
        boolean labels =
                row.split() == Split.STUDENT
                        && specs.stream()
                                .anyMatch(other -> other.getSupervisor().equals(spec.getId()));
        return learns || labels;
    }
}
