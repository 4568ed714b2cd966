package dev.belay.cli.report.live;

import dev.belay.cli.report.results.Format;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a run in progress: a frame redrawn in place or, without a terminal (a pipe, a CI log),
 * plain lines every few seconds with what changed.
 *
 * <p>Never throws into the run: a failure of drawing is logged once and ends the drawing.
 * Thread-safe. Other output must be printed with {@link #println}.
 */
public final class LiveView {
    private static final Logger LOG = LoggerFactory.getLogger(LiveView.class);
    private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
    private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long ASK_SIZE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int PLAIN_WIDTH = 160;

    // A terminal that knows synchronized output shows the frame at once; others ignore the marks.
    private static final String BEGIN = "\u001b[?2026h";
    private static final String END = "\u001b[?2026l";
    private static final String ERASE_LINE = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    private final PrintStream out;
    private final Terminal terminal;
    private final Supplier<Terminal.Size> askSize;
    private final LongSupplier nanos;
    private final Map<String, String> printed = new HashMap<>();

    private Terminal.Size size = Terminal.Size.USUAL;
    private long sizeAskedNanos;
    private long drawnNanos;
    private boolean begun;
    private boolean broken;
    private int standing;
    private @Nullable Snapshot shown;

    LiveView(PrintStream out, Terminal terminal, Supplier<Terminal.Size> size, LongSupplier nanos) {
        this.out = out;
        this.terminal = terminal;
        this.askSize = size;
        this.nanos = nanos;
    }

    /** On this process's standard output. */
    public static LiveView system() {
        Terminal terminal = Terminal.of(System.console(), System.getenv());
        var charset = terminal.utf8() ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
        PrintStream out = new PrintStream(System.out, false, charset);
        return new LiveView(out, terminal, Terminal::size, System::nanoTime);
    }

    /** Shows the current state; calls faster than the refresh rate are skipped. */
    public synchronized void update(Snapshot snapshot) {
        safely(
                () -> {
                    long now = nanos.getAsLong();
                    long pause = terminal.interactive() ? REDRAW_NANOS : PLAIN_NANOS;
                    if (begun && now - drawnNanos < pause) {
                        return;
                    }
                    begun = true;
                    drawnNanos = now;
                    if (terminal.interactive()) {
                        draw(snapshot, false);
                    } else {
                        show(snapshot);
                    }
                });
    }

    /** Prints a line that stays, above the frame. */
    public synchronized void println(String line) {
        safely(
                () -> {
                    Snapshot again = shown;
                    out.print(home() + (terminal.interactive() ? ERASE_BELOW : ""));
                    standing = 0;
                    out.println(new Frame(terminal, Integer.MAX_VALUE).plain(line));
                    if (again != null) {
                        draw(again, false);
                    }
                    out.flush();
                });
    }

    /** Shows the last state with the whole table; further updates are ignored. */
    public synchronized void close(Snapshot last) {
        safely(
                () -> {
                    if (terminal.interactive()) {
                        draw(last, true);
                    } else {
                        show(last);
                        new Frame(terminal, PLAIN_WIDTH).table(last.lines()).forEach(out::println);
                        out.flush();
                    }
                });
        broken = true;
    }

    private void draw(Snapshot snapshot, boolean whole) {
        long now = nanos.getAsLong();
        if (sizeAskedNanos == 0 || now - sizeAskedNanos > ASK_SIZE_NANOS) {
            size = askSize.get();
            sizeAskedNanos = now;
        }
        // One column is left free: writing into the last one wraps in some terminals.
        List<String> lines =
                new Frame(terminal, size.columns() - 1)
                        .lines(snapshot, whole ? Integer.MAX_VALUE : size.rows() - 1);
        StringBuilder frame = new StringBuilder(BEGIN).append(home());
        lines.forEach(line -> frame.append(line).append(ERASE_LINE).append('\n'));
        out.print(frame.append(ERASE_BELOW).append(END));
        out.flush();
        standing = lines.size();
        shown = snapshot;
    }

    private String home() {
        return standing == 0 ? "" : "\u001b[" + standing + "A\r";
    }

    /** Prints what changed since it was printed last. */
    private void show(Snapshot snapshot) {
        StringBuilder changes = new StringBuilder();
        for (Snapshot.Bar bar : snapshot.bars()) {
            String state =
                    Format.count(bar.done())
                            + (bar.total() > 0 ? "/" + Format.count(bar.total()) : "");
            if (!state.equals(printed.put("bar " + bar.label(), state))) {
                changes.append(changes.isEmpty() ? "" : ", ")
                        .append(bar.label())
                        .append(' ')
                        .append(state)
                        .append(bar.note().isEmpty() ? "" : " " + bar.note());
            }
        }
        Frame frame = new Frame(terminal, Integer.MAX_VALUE);
        String at = "[" + Frame.clock(snapshot.elapsed()) + "] ";
        if (!changes.isEmpty()) {
            out.println(frame.plain(at + changes));
        }
        // medians only, once there are some; the final table has means and seeds too
        Snapshot.Line.Kind kind =
                snapshot.lines().stream().anyMatch(l -> l.kind() == Snapshot.Line.Kind.MEDIAN)
                        ? Snapshot.Line.Kind.MEDIAN
                        : Snapshot.Line.Kind.SEED;
        for (Snapshot.Line line : snapshot.lines()) {
            String state = words(line);
            if (line.kind() == kind
                    && !state.equals(printed.put("line " + line.student() + line.seed(), state))) {
                out.println(frame.plain(at + state));
            }
        }
        out.flush();
    }

    private static String words(Snapshot.Line line) {
        return line.student()
                + " ("
                + line.seed()
                + "): supervisor "
                + Format.rate(line.supervisor())
                + (line.coverage() == null
                        ? ""
                        : " (coverage " + Frame.coverage(line.coverage()) + ")")
                + ", student "
                + Format.rate(line.accuracy())
                + ", ceiling "
                + Format.rate(line.ceiling())
                + ", PGR "
                + Format.pgr(line.pgr())
                + (line.range().isEmpty() ? "" : ", " + line.range() + ",")
                + " at "
                + Format.count(line.seen())
                + " examples";
    }

    private void safely(Runnable drawing) {
        if (broken) {
            return;
        }
        try {
            drawing.run();
        } catch (RuntimeException e) {
            broken = true;
            LOG.warn("the live view failed and is switched off; the run goes on", e);
        }
    }
}
