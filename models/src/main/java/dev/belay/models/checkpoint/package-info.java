/**
 * The checkpoint format: safetensors, read with limits on header, tensors and bytes. An invalid
 * file is a {@link dev.belay.models.checkpoint.MalformedCheckpointException}.
 */
@NullMarked
package dev.belay.models.checkpoint;

import org.jspecify.annotations.NullMarked;
