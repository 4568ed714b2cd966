package dev.belay.cli.report.live;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Capabilities of the terminal.
 *
 * @param interactive whether a frame can be redrawn in place
 * @param colour whether to use colours and bold
 * @param utf8 whether it shows characters outside ASCII
 */
record Terminal(boolean interactive, boolean colour, boolean utf8) {

    /** Columns and rows. */
    record Size(int columns, int rows) {
        static final Size USUAL = new Size(80, 24);
    }

    /**
     * @param console null when standard input or output is not a terminal
     * @param environment of which NO_COLOR and TERM=dumb are honoured
     */
    static Terminal of(@Nullable Console console, Map<String, String> environment) {
        boolean interactive =
                console != null && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        boolean colour = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
        boolean utf8 = console != null && console.charset().equals(StandardCharsets.UTF_8);
        return new Terminal(interactive, colour, utf8);
    }

    /** Asks the terminal for its size with {@code stty}; 80 by 24 where that can't be asked. */
    static Size size() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (Scanner answer = new Scanner(stty.getInputStream(), StandardCharsets.US_ASCII)) {
                if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                    stty.destroyForcibly();
                    return Size.USUAL;
                }
                int rows = answer.nextInt();
                int columns = answer.nextInt();
                return rows > 0 && columns > 0 ? new Size(columns, rows) : Size.USUAL;
            }
        } catch (IOException | RuntimeException e) {
            return Size.USUAL; // no stty, no /dev/tty: the documented answer
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Size.USUAL;
        }
    }
}
