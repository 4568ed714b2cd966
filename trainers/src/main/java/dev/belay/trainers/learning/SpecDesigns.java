package dev.belay.trainers.learning;

import dev.belay.models.encoder.EncoderRef;
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
     * @throws IllegalArgumentException if the spec's fine-tuning contradicts itself
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
                EncoderRef.of(spec),
                mlp ? HeadShape.Kind.MLP : HeadShape.Kind.LINEAR,
                mlp ? spec.getHead().getHidden() : 0,
                HeadShape.outputs(spec),
                new FineTune(scope, tuning.getLayers(), tuning.getEmbeddings(), bfloat16));
    }
}
