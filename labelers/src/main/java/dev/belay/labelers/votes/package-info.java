/**
 * Single votes of annotators, read from {@code belay.<task>.votes}: which of them count for an
 * example, and when that is decided, follows from the log alone.
 */
@NullMarked
package dev.belay.labelers.votes;

import org.jspecify.annotations.NullMarked;
