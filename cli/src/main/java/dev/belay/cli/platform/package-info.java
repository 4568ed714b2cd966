/**
 * A real Kafka broker and a real schema registry for one machine, with their data in one folder.
 *
 * <pre>
 * DATA/lock               held while a process uses the folder; says which
 * DATA/kafka/             the broker's log: one KRaft node, broker and controller, in this JVM
 * DATA/registry/          the registry's database, its log and the identity of its process
 * </pre>
 *
 * <p>Everything listens on the loopback address. Killed at any instant, both come back with all
 * that was acknowledged; the registry's process ends when the JVM that started it does, however
 * that ended. Every wait is for a condition and bounded. A failure is one {@link
 * dev.belay.cli.platform.PlatformException} that says what was found and what to do next.
 */
@NullMarked
package dev.belay.cli.platform;

import org.jspecify.annotations.NullMarked;
