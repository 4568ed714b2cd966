package dev.belay.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/**
 * Messages about a schema registry: which one, what it answered, what was expected.
 *
 * @param registry begins each message
 */
record RegistryErrors(String registry) {
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;

    /**
     * HTTP status of a server without a registry at this path. A registry's own error codes begin
     * with 404 if it lacks the requested subject or schema.
     */
    static final int NOT_THERE = 404;

    static final String WRONG_PATH =
            "; expected the registry below this URL: Belay's own has the path /apis/ccompat/v7";

    private static final String CREDENTIALS =
            "; expected credentials in the settings registry.basic.auth.user.info (USER:PASSWORD),"
                    + " registry.bearer.auth.token or registry.ssl.keystore.*";

    private static final String TLS =
            "; expected the server's certificate among those of registry.ssl.truststore.*, and where"
                    + " the server demands one a client certificate in registry.ssl.keystore.*";

    static RegistryErrors unnamed() {
        return new RegistryErrors("the schema registry");
    }

    static RegistryErrors at(String url) {
        return new RegistryErrors("the schema registry at " + url);
    }

    String unanswered(String what, IOException e) {
        return "%s did not answer for %s: %s%s".formatted(registry, what, e.getMessage(), hint(e));
    }

    String answered(RestClientException e) {
        return "%s answered HTTP %s: %s%s"
                .formatted(registry, e.getStatus(), e.getMessage(), hint(e));
    }

    String refused(String schema, String subject, RestClientException e) {
        return "%s refused %s for %s (HTTP %s): %s%s"
                .formatted(registry, schema, subject, e.getStatus(), e.getMessage(), hint(e));
    }

    String unregistered(String schema, String subject) {
        return "%s has no %s of this version for %s, and schemas.register is false; './belay topics apply' with --experiment FILE registers it"
                .formatted(registry, schema, subject);
    }

    String unknownId(int id, RestClientException e) {
        return "schema id %s is not in %s: %s".formatted(id, registry, e.getMessage());
    }

    /** What was expected, if the answer shows that the URL or the credentials are wrong. */
    static String hint(RestClientException e) {
        return switch (e.getStatus()) {
            case UNAUTHORIZED -> CREDENTIALS;
            case FORBIDDEN -> "; expected credentials that allow it";
            case NOT_THERE -> e.getErrorCode() / 100 == NOT_THERE ? "" : WRONG_PATH;
            default -> "";
        };
    }

    /** A server that misses the client's certificate may end the connection without a word. */
    String hint(IOException e) {
        boolean connected =
                !(e instanceof ConnectException
                        || e instanceof UnknownHostException
                        || e instanceof SocketTimeoutException
                        || e instanceof JsonProcessingException);
        return connected && registry.contains("https:") ? TLS : "";
    }
}
