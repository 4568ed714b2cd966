package dev.belay.trainers.learning;

import dev.belay.models.network.HeadShape;
import dev.belay.models.network.NetworkDesign;
import dev.belay.models.transformer.FineTune;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Precision;

/** The network designs of specs. */
final class SpecDesigns {
    private SpecDesigns() {}

    /**
     * @throws IllegalArgumentException if the spec's fine-tuning is inconsistent, or an encoder
     *     parameter is invalid
     */
    static NetworkDesign of(ModelSpec spec) {
        FineTuning tuning = spec.getFineTuning();
        FineTune.Scope scope =
                switch (tuning.getScope()) {
                    case HEAD -> FineTune.Scope.HEAD;
                    case LAST_LAYERS -> FineTune.Scope.LAST;
                    case FULL -> FineTune.Scope.FULL;
                };
        boolean bfloat16 = tuning.getPrecision() == Precision.BFLOAT16;
        boolean mlp = spec.getHead().getKind() == HeadKind.MLP;
        return new NetworkDesign(
                spec.getEncoderName(),
                spec.getEncoderSha256(),
                mlp ? HeadShape.Kind.MLP : HeadShape.Kind.LINEAR,
                mlp ? spec.getHead().getHidden() : 0,
                spec.getClasses().size(),
                new FineTune(scope, tuning.getLayers(), tuning.getEmbeddings(), bfloat16),
                vectorLength(spec));
    }

    /** Number of features, a parameter of encoder {@code vector}; 0 for other encoders. */
    private static int vectorLength(ModelSpec spec) {
        String length = spec.getEncoderParameters().getOrDefault("length", "0");
        try {
            return Integer.parseInt(length);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "found encoder parameter length '" + length + "', expected a whole number", e);
        }
    }
}
