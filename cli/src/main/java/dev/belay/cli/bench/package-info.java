/**
 * {@code belay bench …}: each speed and that of its bare baseline, measured in one run on an own
 * broker.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.bench;
