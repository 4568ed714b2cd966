package dev.belay.models.torch;

import ai.djl.engine.Engine;

/** DJL's PyTorch engine, set up for bit-exact work: one thread, nothing downloaded. */
public final class Torch {
    private Torch() {}

    /** The engine; loading it the first time takes about a second. */
    public static Engine engine() {
        return Holder.ENGINE;
    }

    private static final class Holder {
        static final Engine ENGINE = load();

        private static Engine load() {
            // read by DJL when the engine loads; a value on the command line takes precedence
            setIfAbsent("ai.djl.offline", "true");
            setIfAbsent("ai.djl.pytorch.num_threads", "1");
            setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
            return Engine.getEngine("PyTorch");
        }

        private static void setIfAbsent(String key, String value) {
            if (System.getProperty(key) == null) System.setProperty(key, value);
        }
    }
}
