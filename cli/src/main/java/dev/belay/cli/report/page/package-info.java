/**
 * The report as one HTML file with its figures and tables inside. Pure functions of the run's
 * results.
 */
@NullMarked
package dev.belay.cli.report.page;

import org.jspecify.annotations.NullMarked;
