package dev.belay.cli.results;

import dev.belay.cli.logging.ErrorReport;
import dev.belay.cli.run.RunCommand;
import java.io.IOException;
import picocli.CommandLine;

/** {@code belay run} as a child of {@code belay results}: it ends with its parent. */
final class ExperimentChild {
    private ExperimentChild() {}

    public static void main(String[] args) {
        Thread watch = new Thread(ExperimentChild::endWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        CommandLine command = new CommandLine(new RunCommand());
        command.setExecutionExceptionHandler(
                (e, at, parsed) -> {
                    ErrorReport.report(e, at.getErr());
                    return 1;
                });
        System.exit(command.execute(args));
    }

    /** The parent writes nothing: reading ends when it has ended. What it had asked is resumed. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // only the end counts
            }
        } catch (IOException e) {
            System.err.println("the pipe to the parent process broke: " + e.getMessage());
        }
        Runtime.getRuntime().halt(1);
    }
}
