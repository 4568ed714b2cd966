package dev.belay.models.network;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.ModelSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The shape of a head.
 *
 * @param inputs features of an example
 * @param hidden units of the hidden layer (ReLU); 0 if and only if linear
 * @param classes number of logits: at least 2, or 1 for the score of an option of a choice task
 */
public record HeadShape(Kind kind, int inputs, int hidden, int classes) {
    /** Linear: logits = W·x + b. MLP: one hidden layer with ReLU before it. */
    public enum Kind {
        LINEAR,
        MLP
    }

    public HeadShape {
        if (inputs < 1 || classes < 1 || (kind == Kind.LINEAR ? hidden != 0 : hidden < 1))
            throw new IllegalArgumentException(
                    "a %s head can't have %s inputs, %s hidden units and %s classes"
                            .formatted(
                                    kind.name().toLowerCase(Locale.ROOT), inputs, hidden, classes));
    }

    public static HeadShape linear(int inputs, int classes) {
        return new HeadShape(Kind.LINEAR, inputs, 0, classes);
    }

    public static HeadShape mlp(int inputs, int hidden, int classes) {
        return new HeadShape(Kind.MLP, inputs, hidden, classes);
    }

    /** Logits of the head of a model. */
    public static int outputs(ModelSpec spec) {
        return TaskKind.of(spec) == TaskKind.CHOICE ? 1 : spec.getClasses().size();
    }

    /** Whether it scores the options of choices, one at a time. */
    boolean ofChoice() {
        return classes == 1;
    }

    /** Logits of each of these rows. */
    int[] sizes(int rows) {
        int[] sizes = new int[rows];
        Arrays.fill(sizes, classes);
        return sizes;
    }

    /** Name → shape of each parameter, from input to output; named as in PyTorch. */
    Map<String, long[]> parameters() {
        var shapes = new LinkedHashMap<String, long[]>();
        int below = inputs;
        if (kind == Kind.MLP) {
            shapes.put("hidden.weight", new long[] {hidden, inputs});
            shapes.put("hidden.bias", new long[] {hidden});
            below = hidden;
        }
        shapes.put("output.weight", new long[] {classes, below});
        shapes.put("output.bias", new long[] {classes});
        return shapes;
    }

    Map<String, String> metadata() {
        return Map.of(
                "head", kind.name().toLowerCase(Locale.ROOT),
                "inputs", String.valueOf(inputs),
                "hidden", String.valueOf(hidden),
                "classes", String.valueOf(classes));
    }

    static HeadShape read(SafeTensors file) {
        try {
            return new HeadShape(
                    Kind.valueOf(file.meta("head").toUpperCase(Locale.ROOT)),
                    Integer.parseInt(file.meta("inputs")),
                    Integer.parseInt(file.meta("hidden")),
                    Integer.parseInt(file.meta("classes")));
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(
                    "the metadata describe no head: " + file.metadata(), e);
        }
    }

    /**
     * @throws MalformedCheckpointException if a file's head has another shape
     */
    void require(HeadShape found) {
        if (!found.equals(this))
            throw new MalformedCheckpointException(
                    "its head has the shape " + found + ", expected " + this);
    }
}
