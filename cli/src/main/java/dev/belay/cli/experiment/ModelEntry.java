package dev.belay.cli.experiment;

import dev.belay.models.encoder.EncoderRef;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TagCondition;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.Split;
import dev.belay.trainers.methods.Methods;
import org.jspecify.annotations.Nullable;

/**
 * A model of an experiment, defaults filled in, for all seeds.
 *
 * @param place its position in the file
 * @param encoder without SHA-256 yet; {@link LabelerSpecs#NO_ENCODER} if it is external
 * @param supervisor {@code truth} or the name of another model
 * @param part which part of its split it learns from
 * @param examples how many it learns from; 0 = all of its part, of an endless source without end
 * @param maxWaitMs after which a micro-epoch of an endless source takes fewer examples
 * @param readyAt examples after which it may label; 0 = when it has seen all
 * @param ceiling name of its twin trained on truth; null: none, or it is supervised by truth itself
 * @param comparedWith of a model on truth, the one that it is compared with; null: none
 * @param baselineOf the student that it is a baseline of: its passes are then chosen so that it
 *     makes as many steps; null: {@code passes} is as it is
 * @param init checkpoint that it starts from; null: random or pretrained weights
 */
public record ModelEntry(
        Place place,
        String name,
        EncoderRef encoder,
        Head head,
        String supervisor,
        Part part,
        long examples,
        Methods methods,
        int microEpoch,
        long maxWaitMs,
        int passes,
        double replay,
        int replayMemory,
        int batchSize,
        Optimizer optimizer,
        boolean zeroInit,
        FineTuning fineTuning,
        Retention retention,
        long readyAt,
        LabelPolicy labelPolicy,
        int evaluateEvery,
        @Nullable String ceiling,
        @Nullable String comparedWith,
        @Nullable String baselineOf,
        @Nullable InitEntry init) {

    /**
     * A part of the examples.
     *
     * @param share from 1 to {@code shares}; 0: the whole split
     * @param where null: no condition
     */
    public record Part(Split split, int share, int shares, @Nullable TagCondition where) {}

    /** Whether it learns from truth: a supervisor at the bottom, or a ceiling. */
    public boolean onTruth() {
        return supervisor.equals(ModelId.TRUTH);
    }

    /** Whether another program trains and runs it. */
    public boolean isExternal() {
        return encoder.name().equals(LabelerSpecs.NO_ENCODER);
    }

    /** The split that it learns from. */
    public Split split() {
        return part.split();
    }

    ModelEntry withCeiling(@Nullable String name) {
        return new ModelEntry(
                place,
                this.name,
                encoder,
                head,
                supervisor,
                part,
                examples,
                methods,
                microEpoch,
                maxWaitMs,
                passes,
                replay,
                replayMemory,
                batchSize,
                optimizer,
                zeroInit,
                fineTuning,
                retention,
                readyAt,
                labelPolicy,
                evaluateEvery,
                name,
                comparedWith,
                baselineOf,
                init);
    }

    /** Whether both are networks of one kind: encoder, head, and what of them learns. */
    boolean sameKind(ModelEntry other) {
        return encoder.equals(other.encoder)
                && head.equals(other.head)
                && fineTuning.equals(other.fineTuning);
    }
}
