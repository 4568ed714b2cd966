package dev.belay.trainers;

import dev.belay.models.Design;
import dev.belay.models.FineTune;
import dev.belay.models.HeadShape;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Precision;

/** What specs say of networks. */
final class Designs {
    private Designs() {}

    /**
     * @throws IllegalArgumentException if the spec's fine-tuning contradicts itself
     */
    static Design of(ModelSpec spec) {
        FineTuning tuning = spec.getFineTuning();
        FineTune.Scope scope =
                switch (tuning.getScope()) {
                    case HEAD -> FineTune.Scope.HEAD;
                    case LAST_LAYERS -> FineTune.Scope.LAST;
                    case FULL -> FineTune.Scope.FULL;
                };
        boolean bfloat16 = tuning.getPrecision() == Precision.BFLOAT16;
        boolean mlp = spec.getHead().getKind() == HeadKind.MLP;
        return new Design(
                spec.getEncoderName(),
                spec.getEncoderSha256(),
                mlp ? HeadShape.Kind.MLP : HeadShape.Kind.LINEAR,
                mlp ? spec.getHead().getHidden() : 0,
                spec.getClasses().size(),
                new FineTune(scope, tuning.getLayers(), tuning.getEmbeddings(), bfloat16));
    }
}
