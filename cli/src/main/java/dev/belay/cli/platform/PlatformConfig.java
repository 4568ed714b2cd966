package dev.belay.cli.platform;

import java.nio.file.Path;

/**
 * Where the embedded broker and registry keep their data and listen.
 *
 * @param dataDir made if absent; used by one process at a time
 * @param brokerPort TCP port in [0, 65535]; 0 takes a free one at each start
 * @param registryPort TCP port in [0, 65535]; 0 takes a free one at each start
 */
public record PlatformConfig(Path dataDir, int brokerPort, int registryPort) {
    public PlatformConfig {
        Ports.requireValid("broker", brokerPort);
        Ports.requireValid("registry", registryPort);
        if (brokerPort != 0 && brokerPort == registryPort) {
            throw new IllegalArgumentException(
                    "found port %d for both broker and registry; expected two different ones (--port, --registry-port)"
                            .formatted(brokerPort));
        }
    }
}
