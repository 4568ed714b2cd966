package dev.belay.cli.platform;

import java.nio.file.Path;
import java.util.List;

/** The registry's settings as JVM flags. */
final class RegistrySettings {
    private RegistrySettings() {}

    /**
     * @param folder for its database and temporary files
     * @param host address to listen on
     */
    static List<String> of(Path folder, String host, int port) {
        // WRITE_DELAY=0: by default H2 acknowledges up to half a second before it writes, and a
        // schema id
        // that is in the log must not be forgotten, or given to another schema, by a kill -9
        var database = "jdbc:h2:file:" + folder.resolve("db") + ";WRITE_DELAY=0";
        return List.of(
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-Dquarkus.http.host=" + host,
                "-Dquarkus.http.port=" + port,
                "-Dregistry.datasource.url=" + database,
                "-Dquarkus.datasource.jdbc.url=" + database,
                // by default 20 connections are opened at the start
                "-Dquarkus.datasource.jdbc.initial-size=1",
                "-Dquarkus.datasource.jdbc.min-size=1",
                "-Dquarkus.datasource.jdbc.max-size=8",
                "-Dquarkus.log.level=WARN",
                "-Dquarkus.banner.enabled=false");
    }
}
