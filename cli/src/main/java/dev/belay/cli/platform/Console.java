package dev.belay.cli.platform;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Prints lines on the terminal, each flushed. */
record Console(PrintWriter out, PrintWriter err) {
    Console(CommandLine command) {
        this(command.getOut(), command.getErr());
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Prints the message alone, which says what to do. */
    void complain(Exception e) {
        err.println("belay: " + e.getMessage());
        err.flush();
    }
}
