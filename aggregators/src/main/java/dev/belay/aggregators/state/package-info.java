/**
 * Values that the topology keeps in its stores or sends between its processors, and their binary
 * formats. Every format begins with a version; the previous version is read.
 */
@NullMarked
package dev.belay.aggregators.state;

import org.jspecify.annotations.NullMarked;
