/**
 * Extension points: how their implementations are found by name and get their parameters.
 *
 * <p>An extension point is an interface that extends {@link dev.belay.plugins.Plugin}. Its
 * implementations are public classes with a public constructor without arguments, named in {@code
 * META-INF/services/<interface>} ({@link java.util.ServiceLoader}): those of Belay in its own jars,
 * those of a user in jars in the folder of the setting {@code plugins}. There is one instance of
 * each class; it has no state and is used by several threads.
 *
 * <p>Depends on the JDK only.
 */
@NullMarked
package dev.belay.plugins;

import org.jspecify.annotations.NullMarked;
