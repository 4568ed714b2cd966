/** Labelers of kind {@code rules}: regular expressions and keywords per class. */
@NullMarked
package dev.belay.labelers.rules;

import org.jspecify.annotations.NullMarked;
