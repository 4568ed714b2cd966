/**
 * Trainers under everything that happens to processes and disks: SIGKILL, SIGSTOP, full and broken
 * stores, altered files, labels that can't be read. What a fleet wrote is read by a plain {@code
 * read_committed} client and compared, bit for bit, with what one trainer wrote that nothing ever
 * happened to.
 *
 * <p>All tests share one broker and registry ({@link dev.belay.it.trainers.Shared}); each has its
 * own topics, groups, transactional ids and store ({@link dev.belay.it.trainers.World}).
 */
@NullMarked
package dev.belay.it.trainers;

import org.jspecify.annotations.NullMarked;
