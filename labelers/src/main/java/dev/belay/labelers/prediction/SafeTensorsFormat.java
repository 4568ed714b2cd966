package dev.belay.labelers.prediction;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.FailingTexts;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.models.network.HeadShape;
import dev.belay.models.network.Network;
import dev.belay.models.network.Networks;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Belay's own checkpoints: a network's head, and what of its encoder learned, as safetensors. */
public final class SafeTensorsFormat implements PredictorFormat {
    /** Features held at a time, 16 MB: how many inputs that are depends on how wide they are. */
    private static final int FLOATS = 1 << 22;

    /** Inputs predicted at a time, while those after them are being encoded. */
    private static final int MOST = 1_024;

    @Override
    public String name() {
        return "application/safetensors";
    }

    @Override
    public String extension() {
        return "safetensors";
    }

    @Override
    public Predictor open(byte[] weights, ModelSpec spec, Networks networks) {
        Network<?> network = networks.read(weights, EncoderRef.of(spec));
        int classes = network.head().classes();
        if (classes != HeadShape.outputs(spec)) {
            network.close();
            throw new MalformedCheckpointException(
                    "it has " + classes + " logits, expected " + HeadShape.outputs(spec));
        }
        return new NetworkPredictor<>(network);
    }

    private record NetworkPredictor<I>(Network<I> network) implements Predictor {
        @Override
        public void expect(List<Input> inputs) {
            network.expect(inputs);
        }

        @Override
        public Rows<float[]> predict(List<Input> inputs) {
            List<float[]> rows = new ArrayList<>(inputs.size());
            var rejected = new TreeMap<Integer, String>();
            int block = Math.max(1, Math.min(MOST, FLOATS / network.head().inputs()));
            for (int from = 0; from < inputs.size(); from += block) {
                int to = Math.min(from + block, inputs.size());
                // the next ones too: at a block's end no core waits for another
                network.expect(inputs.subList(from, Math.min(to + block, inputs.size())));
                Rows<float[]> part =
                        FailingTexts.compute(
                                inputs.subList(from, to),
                                some -> List.of(network.predict(network.inputs(some))),
                                network::probe);
                rows.addAll(part.rows());
                int first = from;
                part.rejected().forEach((i, reason) -> rejected.put(first + i, reason));
            }
            return new Rows<>(rows, rejected);
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
