/** {@code belay check TASK}: what is wrong in a task's topics, and how to mend it. */
@NullMarked
package dev.belay.cli.check;

import org.jspecify.annotations.NullMarked;
