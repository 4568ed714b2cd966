package dev.belay.cli.check;

/**
 * Something that is wrong in a task's topics.
 *
 * @param what was found, and where
 * @param mend how to mend it
 */
record Finding(String what, String mend) {}
