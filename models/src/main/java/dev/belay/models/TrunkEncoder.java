package dev.belay.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.List;

/** A frozen encoder in PyTorch, for models that come without an ONNX file. */
final class TrunkEncoder implements Encoder {
    private final Base base;
    private final NDManager manager;

    TrunkEncoder(Base base, Device device) {
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
    public synchronized float[][] encode(List<String> texts) {
        float[][] rows = new float[texts.size()][];
        int width = dimensions();
        for (TokenBatch batch : TokenBatch.fixed(base.tokens().ids(texts))) {
            try (NDManager step = manager.newSubManager()) {
                var weights = new HashMap<String, NDArray>();
                base.addTo(weights, step);
                float[] all =
                        new Trunk(base.shape(), weights, false).forward(step, batch).toFloatArray();
                for (int i = 0; i < batch.places().length; i++) {
                    float[] row = new float[width];
                    System.arraycopy(all, i * width, row, 0, width);
                    rows[batch.places()[i]] = row;
                }
            }
        }
        return rows;
    }

    @Override
    public void close() {
        manager.close();
    }
}
