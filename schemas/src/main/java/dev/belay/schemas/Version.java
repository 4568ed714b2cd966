package dev.belay.schemas;

/** Version of this software, written into every checkpoint and report. */
public final class Version {
    /** As in the build. */
    public static final String TEXT = "0.1.0";

    private Version() {}
}
