/** {@code belay docs …}: the parts of the documentation that are made from the code. */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.docs;
