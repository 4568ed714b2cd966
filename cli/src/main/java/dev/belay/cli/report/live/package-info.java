/**
 * The live view of a run. {@link dev.belay.cli.report.live.Frame} is pure; {@link
 * dev.belay.cli.report.live.LiveView} owns the terminal.
 */
@NullMarked
package dev.belay.cli.report.live;

import org.jspecify.annotations.NullMarked;
