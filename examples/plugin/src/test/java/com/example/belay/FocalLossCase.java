package com.example.belay;

import dev.belay.models.loss.Batch;
import dev.belay.models.loss.Gradient;
import dev.belay.models.loss.LossCase;
import dev.belay.models.loss.Progress;
import java.util.Map;

/**
 * γ = 2, label (1, 0), p = (.5, .5): loss = .5²·ln 2 = .173287; by p₀: 2·.5·ln .5 − .5²/.5 =
 * −1.193147; by the logits: ∓1.193147·.5·.5 = ∓.298287.
 */
public final class FocalLossCase implements LossCase {
    @Override
    public String loss() {
        return "focal";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("gamma", "2");
    }

    @Override
    public Batch batch() {
        return new Batch(new float[][] {{1, 0}}, new float[] {1}, new Progress(0, 100));
    }

    @Override
    public float[][] probabilities() {
        return new float[][] {{.5f, .5f}};
    }

    @Override
    public Gradient expected() {
        return new Gradient(.173287, new float[][] {{-.298287f, .298287f}});
    }
}
