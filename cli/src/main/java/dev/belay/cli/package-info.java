/**
 * The command {@code belay}: parses, builds, runs, returns an exit code. What a command does lives
 * in the packages below and in the modules.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.cli;
