package dev.belay.cli.run;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
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
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes a run's inputs before they are asked for, into the cache that its services share: while
 * the broker starts and supervisors train, cores would be idle. The run does not depend on it; it
 * only finds vectors that it would have made.
 */
final class EncodingWarmUp implements Service {
    /**
     * Inputs at a time: one batch, so one core; the others are for training, and for who asks now.
     */
    private static final int CHUNK = 32;

    /** Limit for large data sets: what is encoded far ahead is evicted from memory. */
    private static final int MOST = 50_000;

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
        Map<EncoderRef, List<ModelSpec>> byEncoder = new LinkedHashMap<>();
        for (ModelSpec spec : specs) {
            String name = spec.getEncoderName();
            boolean frozen = spec.getFineTuning().getScope() == FineTuningScope.HEAD;
            if (frozen && !Encoders.isCheap(name) && !name.equals("none")) {
                byEncoder.computeIfAbsent(EncoderRef.of(spec), e -> new ArrayList<>()).add(spec);
            }
        }
        byEncoder.forEach((encoder, users) -> encode(encoder, users, true));
        byEncoder.forEach((encoder, users) -> encode(encoder, users, false));
    }

    private void encode(EncoderRef ref, List<ModelSpec> users, boolean holdout) {
        Encoder encoder =
                Networks.of(Device.parse(settings.device()), settings.cache(), settings.encoders())
                        .encoder(ref);
        List<Input> inputs = inputs(users, holdout);
        for (int from = 0; from < inputs.size() && !closing; from += CHUNK) {
            encoder.encode(inputs.subList(from, Math.min(from + CHUNK, inputs.size())));
        }
    }

    private List<Input> inputs(List<ModelSpec> users, boolean holdout) {
        List<Input> inputs = new ArrayList<>();
        try (Rows rows = data.rows()) {
            while (rows.hasNext() && inputs.size() < MOST) {
                Row row = rows.next();
                if ((row.split() == Split.HOLDOUT) == holdout
                        && (holdout || users.stream().anyMatch(spec -> reads(spec, row)))) {
                    inputs.add(Inputs.of(row.example()));
                }
            }
        }
        return inputs;
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
