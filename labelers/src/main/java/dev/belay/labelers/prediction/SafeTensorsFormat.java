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
            int from = 0;
            int to = end(inputs, from);
            while (from < inputs.size()) {
                // the next ones too: at a block's end no core waits for another
                int next = end(inputs, to);
                network.expect(inputs.subList(from, next));
                Rows<float[]> part =
                        FailingTexts.compute(
                                inputs.subList(from, to),
                                some -> List.of(network.predict(network.inputs(some))),
                                network::probe);
                rows.addAll(part.rows());
                int first = from;
                part.rejected().forEach((i, reason) -> rejected.put(first + i, reason));
                from = to;
                to = next;
            }
            return new Rows<>(rows, rejected);
        }

        /** Where the inputs end that are predicted together; a choice has features an option. */
        private int end(List<Input> inputs, int from) {
            int rest = FLOATS / network.head().inputs();
            int to = from;
            while (to < inputs.size() && to - from < MOST && (to == from || rest > 0)) {
                rest -= inputs.get(to) instanceof Input.Choice c ? c.options().size() : 1;
                to++;
            }
            return to;
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
