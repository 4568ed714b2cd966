package dev.belay.trainers.labels;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.EncodingWindows;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes queued inputs while the training thread trains, so that their encodings are in the
 * encoder's cache. An optimisation only: inputs that are not in the cache are encoded on demand.
 */
public final class EncodingPrefetch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EncodingPrefetch.class);

    /** Inputs taken from the queue at a time, which are encoded in windows. */
    private static final int BATCH = 1_024;

    /** Capacity of the queue; further inputs are encoded on demand. */
    private static final int WAITING = 8_192;

    /**
     * An encoder as a model uses it.
     *
     * @param frozen only frozen encoders are cached
     */
    record Use(EncoderRef encoder, boolean frozen) {
        static Use of(ModelSpec spec) {
            boolean frozen = spec.getFineTuning().getScope() == FineTuningScope.HEAD;
            return new Use(EncoderRef.of(spec), frozen);
        }

        /** Whether prefetching pays: not for cheap encoders. */
        boolean isWorthIt() {
            return frozen && !Encoders.isCheap(encoder.name());
        }
    }

    private record Waiting(Use use, Input input) {}

    private final Networks networks;
    private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread;
    private volatile boolean closing;

    public EncodingPrefetch(Networks networks) {
        this.networks = networks;
        this.thread = new Thread(this::run, "trainer-encode-ahead");
        thread.setDaemon(true);
        thread.start();
    }

    /** Queues an input; may be called by any thread. */
    void offer(Use use, Input input) {
        for (Input part : input.encoded()) {
            boolean unused = waiting.offer(new Waiting(use, part));
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
    }

    private void run() {
        try {
            while (!closing) {
                List<Waiting> batch = new ArrayList<>();
                batch.add(waiting.take());
                waiting.drainTo(batch, BATCH - 1);
                Map<Use, List<Input>> byEncoder = new HashMap<>();
                batch.forEach(
                        t ->
                                byEncoder
                                        .computeIfAbsent(t.use(), e -> new ArrayList<>())
                                        .add(t.input()));
                byEncoder.forEach(this::encode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void encode(Use use, List<Input> inputs) {
        try {
            Encoder encoder = networks.encoder(use.encoder());
            for (List<Input> window : EncodingWindows.of(inputs)) {
                float[][] unused = encoder.encode(window);
            }
        } catch (RuntimeException e) { // training meets it too, and reports it with its model
            if (!closing) {
                LOG.warn("{} could not encode ahead: {}", use.encoder().name(), e.toString());
            }
        }
    }
}
