package dev.belay.models.network;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import java.util.List;
import java.util.Map;

/** A frozen encoder and a head, which learns. An input is the encoder's features. */
final class FrozenNetwork implements Network<float[]> {
    private final Encoder encoder;
    private final Head head;

    FrozenNetwork(Encoder encoder, Head head) {
        this.encoder = encoder;
        this.head = head;
    }

    @Override
    public String encoder() {
        return encoder.name();
    }

    @Override
    public HeadShape head() {
        return head.shape();
    }

    @Override
    public List<float[]> inputs(List<String> texts) {
        return List.of(encoder.encode(texts));
    }

    @Override
    public void expect(List<String> texts) {
        if (!Encoders.isCheap(encoder.name())) { // cheaper than to remember
            var unused = encoder.begin(texts); // a failure is met by whoever asks
        }
    }

    @Override
    public void probe() {
        encoder.probe();
    }

    @Override
    public float[][] predict(List<float[]> inputs) {
        return head.predict(inputs.toArray(float[][]::new));
    }

    @Override
    public Step learn(List<float[]> batch, BatchLoss loss, Adam adam, Update update) {
        return head.learn(batch.toArray(float[][]::new), loss, adam, update);
    }

    @Override
    public byte[] write(Map<String, String> provenance) {
        return head.write(provenance);
    }

    @Override
    public Map<String, Integer> sizes() {
        return head.sizes();
    }

    @Override
    public void close() {
        head.close();
    }
}
