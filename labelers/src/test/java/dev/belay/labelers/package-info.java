@NullMarked
package dev.belay.labelers;

import org.jspecify.annotations.NullMarked;
