/**
 * Gradient steps: parameters, Adam and AdamW, backpropagation through PyTorch. State is explicit
 * and can be written to a checkpoint.
 */
@NullMarked
package dev.belay.models.optimizer;

import org.jspecify.annotations.NullMarked;
