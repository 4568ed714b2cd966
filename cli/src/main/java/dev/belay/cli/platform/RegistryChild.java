package dev.belay.cli.platform;

import java.io.IOException;

/**
 * The main class of the registry's process: runs the registry until the process that started it
 * ends.
 *
 * <p>The parent holds the other end of standard input and never writes. However the parent ends,
 * the system closes that pipe, and this process halts at once: the database writes each change
 * through when it is acknowledged, so nothing is lost. Uses the JDK only.
 */
final class RegistryChild {
    static final String REGISTRY_MAIN = "io.quarkus.runner.GeneratedMain";

    private RegistryChild() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        var watch = new Thread(RegistryChild::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        leaveInterruptToParent();
        Class.forName(REGISTRY_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                // the parent never writes; whatever comes, only the end counts
            }
        } catch (IOException e) {
            System.err.println("the pipe to the parent process broke: " + e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }

    /**
     * Ctrl-C reaches every process of the terminal, but the parent still needs the registry while
     * it finishes. By reflection, because javac warns of sun.misc in a way that can't be answered.
     */
    private static void leaveInterruptToParent() throws ReflectiveOperationException {
        var signal = Class.forName("sun.misc.Signal");
        var handler = Class.forName("sun.misc.SignalHandler");
        signal.getMethod("handle", signal, handler)
                .invoke(
                        null,
                        signal.getConstructor(String.class).newInstance("INT"),
                        handler.getField("SIG_IGN").get(null));
    }
}
