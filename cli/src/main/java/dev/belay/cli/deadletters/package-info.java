/**
 * {@code belay dead-letters}: what is in the topic of dead letters, and how they get back to where
 * they came from.
 */
@NullMarked
package dev.belay.cli.deadletters;

import org.jspecify.annotations.NullMarked;
