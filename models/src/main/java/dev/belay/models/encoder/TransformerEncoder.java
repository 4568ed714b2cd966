package dev.belay.models.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.torch.Torch;
import dev.belay.models.transformer.TokenBatch;
import dev.belay.models.transformer.Tokens;
import dev.belay.models.transformer.Transformer;
import dev.belay.models.transformer.TransformerBase;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A frozen encoder in PyTorch, for models without an ONNX file. */
public final class TransformerEncoder implements Encoder {
    private final TransformerBase base;
    private final NDManager manager;
    private final LongAdder truncated = new LongAdder();

    public TransformerEncoder(TransformerBase base, Device device) {
        this.base = base;
        this.manager = Torch.engine().newBaseManager(device.forHeads());
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public int dimensions() {
        return base.shape().width();
    }

    @Override
    public synchronized float[][] encode(List<Input> inputs) {
        float[][] rows = new float[inputs.size()][];
        int width = dimensions();
        List<Tokens> tokens = base.tokens().tokens(inputs);
        for (TokenBatch batch : TokenBatch.fixed(tokens)) {
            try (NDManager step = manager.newSubManager()) {
                var weights = new HashMap<String, NDArray>();
                base.addTo(weights, step);
                float[] all =
                        new Transformer(base.shape(), weights, false)
                                .forward(step, batch)
                                .toFloatArray();
                for (int i = 0; i < batch.places().length; i++) {
                    float[] row = new float[width];
                    System.arraycopy(all, i * width, row, 0, width);
                    rows[batch.places()[i]] = row;
                }
            }
        }
        truncated.add(tokens.stream().filter(Tokens::truncated).count());
        return rows;
    }

    @Override
    public long truncated() {
        return truncated.sum();
    }

    @Override
    public void close() {
        manager.close();
    }
}
