package dev.belay.models.transformer;

/**
 * Which layers of an encoder are trained, besides the head.
 *
 * @param layers for LAST, the number of layers from the output, at least 1; else 0
 * @param embeddings for FULL, whether the embeddings are trained too
 * @param bfloat16 whether steps compute in bfloat16; the weights stay float32, and so do
 *     predictions
 */
public record FineTune(Scope scope, int layers, boolean embeddings, boolean bfloat16) {
    /** What is trained: only the head, the last layers too, or all layers. */
    public enum Scope {
        HEAD,
        LAST,
        FULL
    }

    /** The encoder is frozen. */
    public static final FineTune HEAD = new FineTune(Scope.HEAD, 0, false, false);

    public FineTune {
        boolean fits =
                (scope == Scope.LAST ? layers > 0 : layers == 0)
                        && (scope == Scope.FULL || !embeddings)
                        && (scope != Scope.HEAD || !bfloat16);
        if (!fits)
            throw new IllegalArgumentException(
                    "can't fine-tune %s with layers %s, embeddings %s, bfloat16 %s"
                            .formatted(scope, layers, embeddings, bfloat16));
    }

    /** Whether the encoder is frozen. */
    public boolean frozen() {
        return scope == Scope.HEAD;
    }
}
