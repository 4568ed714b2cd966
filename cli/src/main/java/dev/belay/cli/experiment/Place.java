package dev.belay.cli.experiment;

/**
 * Position in an experiment file.
 *
 * @param line 1-based
 * @param column 1-based
 */
public record Place(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ", line " + line + ", column " + column;
    }
}
