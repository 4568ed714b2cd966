/** Running an experiment from its file to its report, everything embedded or against a broker. */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.run;
