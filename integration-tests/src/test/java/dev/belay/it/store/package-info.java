/** Checkpoint stores against what really keeps them: a folder, a server that speaks S3. */
@NullMarked
package dev.belay.it.store;

import org.jspecify.annotations.NullMarked;
