/**
 * Sources of a task's examples, holdout and truth: the extension point {@link
 * dev.belay.producers.source.Source}. A finite one gives rows with cells ({@link
 * dev.belay.producers.source.RowSource}, {@code SourceContractTest}), which {@code DataSet} checks,
 * splits and orders. An endless one ({@link dev.belay.producers.source.EndlessSource}) gives
 * batches. What is written from either is an {@link dev.belay.producers.source.ExampleSource}. Its
 * contract, which {@code ExampleSourceContract} checks:
 *
 * <ul>
 *   <li>Each row is in one batch: as an example (SUPERVISOR, STUDENT or HOLDOUT by hash of its id),
 *       as truth of an example, as a dead letter, or it repeats what is written.
 *   <li>A batch is written in one transaction with all that its source needs to resume behind it:
 *       the number of rows done, and the offsets of its consumer group. Opened again after any
 *       committed transaction, a source continues with the row after it; rows of a transaction that
 *       was not committed are read again.
 *   <li>An id has one example. Of an endless source that is guaranteed over a bounded number of
 *       examples, see {@code TopicSource}.
 *   <li>The holdout of an endless source grows to its size and is complete then, which ends its
 *       partitions in {@code Progress}.
 *   <li>What is wrong with a whole finite source is an error before anything is written; a bad
 *       record of an endless one is a dead letter with its raw bytes and the reason.
 * </ul>
 *
 * <p>Every defect of the data is a {@link dev.belay.producers.source.DataException} with source,
 * line, what was found and what was expected.
 */
@NullMarked
package dev.belay.producers.source;

import org.jspecify.annotations.NullMarked;
