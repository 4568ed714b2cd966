package dev.belay.models.network;

import dev.belay.models.input.Input;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.optimizer.Adam;
import dev.belay.models.optimizer.Step;
import dev.belay.models.optimizer.Update;
import dev.belay.models.torch.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Predicts choices: one shared network scores each option, and the softmax over an example's own
 * scores is its prediction, (rows, options of the row). Of two options it is the model of Bradley
 * and Terry (1952). The order of the options does not matter. An input is those of its options.
 *
 * @param scorer has one logit
 */
record ChoiceNetwork<I>(LogitNetwork<I> scorer) implements Network<List<I>> {
    @Override
    public String encoder() {
        return scorer.encoder();
    }

    @Override
    public HeadShape head() {
        return scorer.head();
    }

    @Override
    public List<List<I>> inputs(List<Input> inputs) {
        List<I> options = scorer.inputs(options(inputs));
        var rows = new ArrayList<List<I>>(inputs.size());
        int from = 0;
        for (Input input : inputs) {
            int to = from + ((Input.Choice) input).options().size();
            rows.add(List.copyOf(options.subList(from, to)));
            from = to;
        }
        return rows;
    }

    @Override
    public void expect(List<Input> inputs) {
        scorer.expect(options(inputs));
    }

    @Override
    public void observe(List<List<I>> fresh) {
        scorer.observe(flat(fresh));
    }

    @Override
    public float[][] predict(List<List<I>> inputs) {
        return Softmax.rows(scorer.logits(flat(inputs)), sizes(inputs));
    }

    @Override
    public void probe() {
        scorer.probe();
    }

    @Override
    public Step learn(List<List<I>> batch, BatchLoss loss, Adam adam, Update update) {
        return scorer.learn(flat(batch), sizes(batch), loss, adam, update);
    }

    @Override
    public byte[] write(Map<String, String> provenance) {
        return scorer.write(provenance);
    }

    @Override
    public Map<String, Integer> sizes() {
        return scorer.sizes();
    }

    @Override
    public void close() {
        scorer.close();
    }

    /** What the encoder gets, example after example. */
    private static List<Input> options(List<Input> inputs) {
        for (Input input : inputs)
            if (!(input instanceof Input.Choice))
                throw new IllegalArgumentException(
                        "found an input of kind " + input.kind() + ", expected a choice");
        return inputs.stream().flatMap(input -> input.encoded().stream()).toList();
    }

    private static <I> List<I> flat(List<List<I>> rows) {
        return rows.stream().flatMap(List::stream).toList();
    }

    private static int[] sizes(List<? extends List<?>> rows) {
        return rows.stream().mapToInt(List::size).toArray();
    }
}
