/**
 * Results of a run, collected from its events, and their JSON forms. Undefined numbers are null
 * with their reason.
 */
@NullMarked
package dev.belay.cli.report.results;

import org.jspecify.annotations.NullMarked;
