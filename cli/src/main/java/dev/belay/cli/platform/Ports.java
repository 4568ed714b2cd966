package dev.belay.cli.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Finds TCP ports of the loopback address that can be listened on. */
final class Ports {
    private Ports() {}

    /** A requested port, 0 for any free one, and the option that changes it. */
    record Wanted(String what, int port, String flag) {}

    /**
     * The ports to use, in the order wanted, all different. They were free a moment ago; nothing
     * holds them.
     *
     * @throws PlatformException if a port asked for is in use
     */
    static List<Integer> take(List<Wanted> wanted) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (var want : wanted) {
                held.add(listen(want));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            held.forEach(Ports::release);
        }
    }

    static void requireValid(String what, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "%s port: found %d; expected one from 1 to 65535, or 0 for a free one"
                            .formatted(what, port));
        }
    }

    private static ServerSocket listen(Wanted want) {
        try {
            // Java sets SO_REUSEADDR here, as the broker does: a port in TIME_WAIT counts as free
            var socket = new ServerSocket();
            try {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), want.port()));
            } catch (IOException e) {
                release(socket);
                throw e;
            }
            return socket;
        } catch (IOException e) {
            throw new PlatformException(
                    "port %d for the %s can't be used: %s. Stop what listens there, or choose another port with %s (0 takes a free one)."
                            .formatted(want.port(), want.what(), e.getMessage(), want.flag()),
                    e);
        }
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new PlatformException(
                    "cannot close a socket that nobody uses: " + e.getMessage(), e);
        }
    }
}
