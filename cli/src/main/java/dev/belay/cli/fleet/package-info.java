/**
 * The commands that inspect and change a fleet: {@code models}, {@code checkpoints}, {@code
 * lineage}, {@code compare}.
 *
 * <p>Contract: they read topics and the checkpoint store as anybody could; only {@code models add}
 * and {@code models stop} write, one transaction each, to {@code belay.models}. Exit code 0 when
 * done, 1 when something is wrong, with what to do next in the message.
 */
@NullMarked
package dev.belay.cli.fleet;

import org.jspecify.annotations.NullMarked;
