/** {@code belay check TASK}: problems in a task's topics, and how to correct them. */
@NullMarked
package dev.belay.cli.check;

import org.jspecify.annotations.NullMarked;
