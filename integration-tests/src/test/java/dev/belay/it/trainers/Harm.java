package dev.belay.it.trainers;

import dev.belay.models.store.CheckpointStore;
import dev.belay.trainers.checkpoints.CheckpointObserver;
import dev.belay.trainers.checkpoints.CheckpointObserver.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a trainer's process does to itself: sends itself a signal when it comes to a point for the
 * n-th time.
 *
 * @param nth from 1; of any model
 */
record Harm(Signal signal, Point point, int nth) {
    static final Harm NONE = new Harm(Signal.KILL, Point.NEVER, 1);

    enum Signal {
        KILL,
        STOP
    }

    enum Point {
        NEVER,
        /** Half of a file's bytes are in the store, aside. */
        WRITING,
        WEIGHTS_STORED,
        STORED,
        BEGUN,
        SENT,
        COMMITTED
    }

    /** Those that a trainer can be killed at. */
    static List<Point> points() {
        return Arrays.stream(Point.values()).filter(p -> p != Point.NEVER).toList();
    }

    static Harm parse(String text) {
        String[] words = text.split(":", -1);
        return new Harm(
                Signal.valueOf(words[0]), Point.valueOf(words[1]), Integer.parseInt(words[2]));
    }

    /** What {@link #parse} takes. */
    String text() {
        return signal + ":" + point + ":" + nth;
    }

    /** Does the harm at its step. */
    CheckpointObserver observer() {
        AtomicInteger times = new AtomicInteger();
        return (step, model, number) -> {
            if (step.name().equals(point.name()) && times.incrementAndGet() == nth) {
                if (step == Step.BEGUN) {
                    letTheFirstRecordGo();
                }
                doIt(model + " " + number);
            }
        };
    }

    /** Does the harm while a file is written, if that is its point. */
    CheckpointStore store(CheckpointStore inner, Path root) {
        return point == Point.WRITING ? new HalfWriting(inner, root) : inner;
    }

    private void doIt(String where) {
        System.out.printf("HARM %s at %s%n", text(), where);
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            // a stopped process goes on right here when it gets SIGCONT
            new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing tells when the sender thread has done so, it needs some milliseconds. */
    private static void letTheFirstRecordGo() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class HalfWriting extends ForwardingStore {
        private final Path root;
        private final AtomicInteger times = new AtomicInteger();

        HalfWriting(CheckpointStore inner, Path root) {
            super(inner);
            this.root = root;
        }

        @Override
        public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
            if (times.incrementAndGet() == nth) {
                // as DirectoryStore leaves it when it dies there
                String folder = modelId.replaceFirst("#", ".").replaceFirst("@", ".");
                String name =
                        "%08d-%s-%s.safetensors.half.aside"
                                .formatted(
                                        number,
                                        kind.name().toLowerCase(Locale.ROOT),
                                        "0".repeat(64));
                try {
                    Files.createDirectories(root.resolve(folder));
                    Files.write(
                            root.resolve(folder).resolve(name),
                            Arrays.copyOf(bytes, bytes.length / 2));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                doIt(modelId + " " + number);
            }
            return super.put(modelId, number, kind, bytes);
        }
    }
}
