/**
 * The checkpoint format: safetensors, read with bounds on header, tensors and bytes. A file that
 * cannot be what it claims is a {@link dev.belay.models.checkpoint.MalformedCheckpointException}.
 */
@NullMarked
package dev.belay.models.checkpoint;

import org.jspecify.annotations.NullMarked;
