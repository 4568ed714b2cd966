/** Tables and trees of text for the terminal, and as JSON for machines. */
@NullMarked
package dev.belay.cli.table;

import org.jspecify.annotations.NullMarked;
