package dev.belay.cli.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Runs one experiment to its end, resuming where an earlier run of it was stopped. */
@FunctionalInterface
public interface ExperimentRunner {
    /**
     * @param out where its summary goes
     * @param fresh whether it begins anew whatever there is of it
     * @param memory called about once a second with the most bytes that it has had so far
     * @return 0 if it is complete
     */
    int run(ListedExperiment experiment, Path out, boolean fresh, LongConsumer memory)
            throws IOException, InterruptedException;
}
