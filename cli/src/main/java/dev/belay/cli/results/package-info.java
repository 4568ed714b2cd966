/**
 * {@code belay results}: runs a list of experiments and writes one page with their results.
 *
 * <pre>
 * experiments/results/GROUP/NAME.yaml ── a process each ── OUT/GROUP/NAME/{summary,run}.json
 *                                                                   │
 *                                            page, its figures (SVG) and computed sentences
 * </pre>
 *
 * <p>The page is a function of the summaries and records alone. A finished experiment whose files
 * have not changed is not run again; one that was killed is resumed by its own run.
 */
@NullMarked
package dev.belay.cli.results;

import org.jspecify.annotations.NullMarked;
