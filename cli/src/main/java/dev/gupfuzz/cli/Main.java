package dev.gupfuzz.cli;

/** The entry point of the program {@code gupfuzz}. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.out.println("gupfuzz 0.1.0");
    }
}
