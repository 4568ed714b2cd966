/** Words of a text and their hashes, by Unicode 13.0 on every JDK. Pure functions; thread-safe. */
@NullMarked
package dev.belay.models.text;

import org.jspecify.annotations.NullMarked;
