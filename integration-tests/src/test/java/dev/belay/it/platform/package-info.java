/** The embedded broker and registry under kill -9, conflicts and restarts. */
@NullMarked
package dev.belay.it.platform;

import org.jspecify.annotations.NullMarked;
