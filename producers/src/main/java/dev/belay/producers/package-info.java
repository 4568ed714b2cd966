/**
 * Writes data sets to the topics of a task: examples, holdout, truth and progress.
 *
 * <p>{@link dev.belay.producers.dataset.DataSet#open} reads and checks a whole source before
 * anything is written, splits its rows by hash of their ids and puts them in order; {@link
 * dev.belay.producers.task.TaskProducer} writes them in transactions that contain its progress, so
 * that a killed producer resumes and producing twice adds nothing.
 *
 * <p>A data set is read by one thread at a time; a producer is driven by one thread. Every defect
 * of the data is a {@link dev.belay.producers.source.DataException} whose message names file, line,
 * what was found, what was expected and what to do.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.producers;
