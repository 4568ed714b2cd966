package dev.belay.runtime.clients;

import dev.belay.runtime.settings.Settings;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/** Makes the schema registry's client from the settings below {@code registry.}. */
final class RegistryAccess {
    private static final int CACHED_SCHEMAS = 1000;

    private RegistryAccess() {}

    /**
     * @throws IllegalArgumentException when a setting is wrong, naming what the client found
     */
    static SchemaRegistryClient client(Settings settings) {
        try {
            return new CachedSchemaRegistryClient(
                    new RestService(settings.registryUrl()),
                    CACHED_SCHEMAS,
                    List.of(new AvroSchemaProvider()),
                    config(settings.registryClient()),
                    Map.of());
        } catch (ConfigException e) {
            throw new IllegalArgumentException("settings registry.*: " + e.getMessage(), e);
        }
    }

    /**
     * The client's own names: those of TLS have a prefix, and a kind of credentials must be chosen,
     * which one that is set does.
     */
    static Map<String, String> config(Map<String, String> settings) {
        Map<String, String> config = new HashMap<>(settings);
        settings.forEach(
                (key, value) -> {
                    switch (key) {
                        case "basic.auth.user.info" ->
                                config.putIfAbsent("basic.auth.credentials.source", "USER_INFO");
                        case "bearer.auth.token" ->
                                config.putIfAbsent(
                                        "bearer.auth.credentials.source", "STATIC_TOKEN");
                        default -> {
                            if (key.startsWith("ssl.")) {
                                config.put("schema.registry." + key, value);
                            }
                        }
                    }
                });
        return config;
    }
}
