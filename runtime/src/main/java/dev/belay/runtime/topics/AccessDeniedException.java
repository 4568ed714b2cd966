package dev.belay.runtime.topics;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * The principal of a Kafka client lacks an ACL. Kafka's own exceptions name the resource at most;
 * the message of this one names the operation too, and the command that prints all ACLs.
 */
public final class AccessDeniedException extends AuthorizationException {
    private static final long serialVersionUID = 1L;

    private AccessDeniedException(String what, AuthorizationException cause) {
        super(
                ("this client's principal is not allowed to %s; './belay acls FILE' prints what each"
                                + " service's principal needs")
                        .formatted(what),
                cause);
    }

    /**
     * The denial that a failure is or is caused by; null if there is none, or nothing says of what.
     *
     * @param operation what was being done with a topic, if it was one
     * @param at where Kafka does not name the resource: the client's transactional id, or words
     *     that follow the operation; empty if that is not known
     */
    public static @Nullable AccessDeniedException in(
            @Nullable Throwable failure, AclOperation operation, String at) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof AccessDeniedException denied) {
                return denied;
            }
            if (e instanceof AuthorizationException denied) {
                String what = what(denied, operation, at);
                return what == null ? null : new AccessDeniedException(what, denied);
            }
        }
        return null;
    }

    /** The denial that a failure was caused by, for what is caught far from the client; or null. */
    public static @Nullable AccessDeniedException in(@Nullable Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof AccessDeniedException denied) {
                return denied;
            }
        }
        return null;
    }

    /**
     * Calls a client; of a failure that a missing ACL caused, the denial is thrown instead.
     *
     * @param at as above
     */
    public static <T> T naming(AclOperation operation, String at, Supplier<T> call) {
        try {
            return call.get();
        } catch (KafkaException e) {
            AccessDeniedException denied = in(e, operation, at);
            throw denied == null ? e : denied;
        }
    }

    /** The same for a call without a result. */
    public static void naming(AclOperation operation, String at, Runnable call) {
        boolean unused =
                naming(
                        operation,
                        at,
                        () -> {
                            call.run();
                            return true;
                        });
    }

    private static @Nullable String what(
            AuthorizationException denied, AclOperation operation, String at) {
        if (denied instanceof TopicAuthorizationException topics
                && !topics.unauthorizedTopics().isEmpty()) {
            Set<String> names = new TreeSet<>(topics.unauthorizedTopics());
            return operation + " topic " + String.join(", ", names);
        }
        if (denied instanceof GroupAuthorizationException group && group.groupId() != null) {
            return AclOperation.READ + " group " + group.groupId();
        }
        if (at.isEmpty()) {
            return null;
        }
        return denied instanceof TransactionalIdAuthorizationException
                ? AclOperation.WRITE + " transactional id " + at
                : operation + " " + at;
    }
}
