/**
 * The output of a run: the live view in the terminal, and {@code summary.json}, {@code
 * metrics.jsonl} and {@code report.html} at its end.
 *
 * <p>Contract: {@link dev.belay.cli.report.results.RunResults} collects the events of the models it
 * was given and ignores all others; everything else here is a pure function of it, apart from
 * {@link dev.belay.cli.report.live.LiveView}, which owns the terminal, and {@link
 * dev.belay.cli.report.RunReport}, which writes files. An undefined number is null with its reason,
 * never 0.
 */
@NullMarked
package dev.belay.cli.report;

import org.jspecify.annotations.NullMarked;
