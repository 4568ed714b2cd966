/**
 * The settings of an installation: dotted keys from a YAML file, the environment and flags, in
 * rising precedence. Immutable after loading; an unknown key or a value of the wrong type is one
 * error that names the key and where it was set.
 */
@NullMarked
package dev.belay.runtime.settings;

import org.jspecify.annotations.NullMarked;
