package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/**
 * A port that a user may choose.
 *
 * @param option the option that names it
 * @param wanted the port; 0 for any free one
 * @param chosen whether the user chose it, so that no other will do
 */
record Port(String option, int wanted, boolean chosen) {

    /** The port written by the user, {@code otherwise} when none is. */
    static Port read(String option, @Nullable String written, int otherwise, Problems problems) {
        int port = written == null
                ? otherwise
                : problems.attempt(() -> (int) Quantities.number(option, written, 0, 65_535))
                        .orElse(otherwise);
        return new Port(option, port, written != null);
    }

    /** The wanted port if it is free on loopback; else 0, or an exception when the user insists on it. */
    int free() throws InfrastructureException {
        if (wanted == 0 || isFree(wanted)) {
            return wanted;
        }
        if (chosen) {
            throw new InfrastructureException("port " + wanted + " is in use: stop what uses it, or give another "
                    + option + " (0 for any free one)");
        }
        return 0;
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
