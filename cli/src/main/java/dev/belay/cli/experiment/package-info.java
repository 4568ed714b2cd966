/**
 * The experiment file: read strictly, checked as a whole, and resolved against the counts of its
 * data into the specs of all its models.
 *
 * <p>Pure: nothing here touches Kafka, so every error comes before anything is written. Errors are
 * {@link dev.belay.cli.experiment.ExperimentException}s that name file, line and column, what was
 * found and what was expected.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.experiment;
