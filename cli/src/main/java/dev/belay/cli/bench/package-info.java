/**
 * {@code belay bench …}: each speed beside its bare baseline, in one run on a broker of its own.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.bench;
