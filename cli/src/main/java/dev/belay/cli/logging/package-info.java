/**
 * Log lines and error messages: where they go, which are left out, and how an error is reported to
 * the user.
 */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.logging;
