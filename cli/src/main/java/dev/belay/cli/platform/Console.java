package dev.belay.cli.platform;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Lines for the person at the terminal, each out at once. */
record Console(PrintWriter out, PrintWriter err) {
    Console(CommandLine command) {
        this(command.getOut(), command.getErr());
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** The message alone: it says what to do. */
    void complain(Exception e) {
        err.println("belay: " + e.getMessage());
        err.flush();
    }
}
