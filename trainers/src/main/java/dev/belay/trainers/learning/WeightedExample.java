package dev.belay.trainers.learning;

import dev.belay.trainers.labels.LabelledExample;

/**
 * An example to learn from.
 *
 * @param weight in (0, 1], from the selector
 */
record WeightedExample(LabelledExample example, float weight) {}
