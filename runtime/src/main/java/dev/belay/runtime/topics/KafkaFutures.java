package dev.belay.runtime.topics;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;

/** Waits for results of Kafka's admin client. */
public final class KafkaFutures {
    private static final long SECONDS = 30;

    private KafkaFutures() {}

    /**
     * The future's value; Kafka's own exception is thrown as it is, but for a missing ACL.
     *
     * @param what being done, for the error
     * @throws org.apache.kafka.common.errors.TimeoutException when no answer comes within 30 s, as
     *     retriable as Kafka's own
     * @throws AccessDeniedException when DESCRIBE, which most queries need, is not allowed
     */
    public static <T> T get(KafkaFuture<T> future, String what) {
        return get(future, what, AclOperation.DESCRIBE);
    }

    /**
     * The same for what needs another ACL than DESCRIBE.
     *
     * @throws AccessDeniedException when this operation is not allowed
     */
    public static <T> T get(KafkaFuture<T> future, String what, AclOperation operation) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            AccessDeniedException denied = AccessDeniedException.in(e, operation, "when " + what);
            if (denied != null) {
                throw denied;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(what + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    what + ": no answer in " + SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(what + ": interrupted", e);
        }
    }
}
