package dev.belay.labelers.records;

/** A record that can't be read or makes no sense; the message is its dead letter's reason. */
public class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    public BadRecordException(String reason) {
        super(reason);
    }

    public BadRecordException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
