/**
 * Trainable BERT-like transformers with their tokenizers and weights: from Hugging Face folders,
 * from the pretrained jars, or random.
 *
 * <p>Forward passes run in PyTorch on one thread. Token batches have fixed shapes, so that a text's
 * row does not depend on its batch.
 */
@NullMarked
package dev.belay.models.transformer;

import org.jspecify.annotations.NullMarked;
