/**
 * Data sets: a source checked as a whole, split by hash of the ids, and ordered by an external
 * merge sort within bounded memory.
 */
@NullMarked
package dev.belay.producers.dataset;

import org.jspecify.annotations.NullMarked;
