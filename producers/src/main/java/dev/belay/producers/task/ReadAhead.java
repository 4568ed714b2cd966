package dev.belay.producers.task;

import dev.belay.producers.source.Batch;
import dev.belay.producers.source.ExampleSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source's next batch while the one before is written and committed, on a thread of its own
 * that no one else uses the reader on.
 */
final class ReadAhead implements AutoCloseable {
    private final ExampleSource.Reader reader;
    private final int most;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "source");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** Null once the source has ended. */
    private @Nullable Future<Read> next;

    /** A batch, and whether it is the last. */
    private record Read(Batch batch, boolean last) {}

    /**
     * @param reader closed by this
     * @param most rows of a batch
     */
    ReadAhead(ExampleSource.Reader reader, int most) {
        this.reader = reader;
        this.most = most;
        next = reader.ended() ? null : thread.submit(this::read);
    }

    private Read read() {
        Batch batch = reader.next(most);
        return new Read(batch, reader.ended());
    }

    /** Whether no batch will follow. */
    boolean ended() {
        return next == null;
    }

    /** Whether there is a next batch; waits for it. False too if reading it has failed. */
    boolean hasNext() {
        if (next == null) {
            return false;
        }
        try {
            var unused = next.get();
            return true;
        } catch (ExecutionException e) {
            return false; // next() throws it
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * The next batch; waits for it.
     *
     * @throws RuntimeException what reading it has failed with
     */
    Batch next() {
        if (next == null) {
            throw new IllegalStateException("the source has ended");
        }
        try {
            Read read = next.get();
            next = read.last ? null : thread.submit(this::read);
            return read.batch;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("reading the source has failed", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Waits until the batch that is being read is there, and closes the reader. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            boolean unused = thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            reader.close();
        }
    }
}
