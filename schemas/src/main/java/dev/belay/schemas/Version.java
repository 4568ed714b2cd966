package dev.belay.schemas;

/** This software's version, written into every checkpoint and report. */
public final class Version {
    /** As in the build. */
    public static final String TEXT = "0.1.0";

    private Version() {}
}
