/**
 * Health and metrics endpoints of a process, and the registry of meters behind them. Thread-safe.
 */
@NullMarked
package dev.belay.runtime.health;

import org.jspecify.annotations.NullMarked;
