package dev.belay.it.secured;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's authorizer, which keeps what it was asked; for all brokers in this JVM. */
public final class RecordingAuthorizer extends StandardAuthorizer {
    /** A question. */
    record Asked(String principal, AclOperation operation, ResourcePattern resource) {
        /** Whether an ACL was needed for it. */
        boolean uses(AclBinding acl) {
            ResourcePattern pattern = acl.pattern();
            return principal.equals(acl.entry().principal())
                    && operation == acl.entry().operation()
                    && resource.resourceType() == pattern.resourceType()
                    && (pattern.patternType() == PatternType.PREFIXED
                            ? resource.name().startsWith(pattern.name())
                            : resource.name().equals(pattern.name()));
        }
    }

    private static final Map<Asked, AuthorizationResult> ANSWERS = new ConcurrentHashMap<>();

    /** The last answer to each question since the last {@link #clearDenied}. */
    static Map<Asked, AuthorizationResult> answers() {
        return Map.copyOf(ANSWERS);
    }

    /** Forgets what was denied so far. */
    static void clearDenied() {
        ANSWERS.values().removeIf(answer -> answer == AuthorizationResult.DENIED);
    }

    @Override
    public List<AuthorizationResult> authorize(
            AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = super.authorize(context, actions);
        for (int i = 0; i < actions.size(); i++) {
            Action action = actions.get(i);
            // descriptions and listings ask for what they show; nothing depends on it
            if (results.get(i) == AuthorizationResult.DENIED
                    ? action.logIfDenied()
                    : action.logIfAllowed()) {
                ANSWERS.put(
                        new Asked(
                                context.principal().toString(),
                                action.operation(),
                                action.resourcePattern()),
                        results.get(i));
            }
        }
        return results;
    }
}
