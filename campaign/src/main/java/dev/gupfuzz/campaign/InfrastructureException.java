package dev.gupfuzz.campaign;

/** Kafka, the network or the disk does not do what is needed. The message says what failed and what to do. */
public final class InfrastructureException extends Exception {
    private static final long serialVersionUID = 1L;

    public InfrastructureException(String message) {
        super(message);
    }

    public InfrastructureException(String message, Throwable cause) {
        super(message, cause);
    }
}
