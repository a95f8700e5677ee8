package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files that the campaign verbs read and write. */
final class CampaignFile {
    /** A campaign is a list of names: more than this is another file. */
    private static final int BYTES_MAX = 1 << 20;

    private CampaignFile() {}

    /** The text of the one file named; {@code -} is standard input. Adds to the problems; empty text then. */
    static String read(List<String> files, String verb, Session session) {
        Problems problems = session.problems();
        if (files.size() != 1) {
            problems.add(
                    files.isEmpty()
                            ? "FILE is missing: gupfuzz campaign " + verb + " FILE"
                            : "one FILE at a time, not " + files.size() + ": gupfuzz campaign " + verb + " FILE");
            return "";
        }
        String file = files.get(0);
        try (InputStream in = file.equals("-") ? session.terminal().in() : Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                problems.add(
                        "'" + Problems.printable(file) + "' is longer than " + BYTES_MAX + " bytes: is it a campaign?");
                return "";
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            problems.add("'" + Problems.printable(file) + "' cannot be read: " + unreadable);
            return "";
        }
    }

    static void write(Path file, String text) throws InfrastructureException {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new InfrastructureException(file + " cannot be written: " + failed, failed);
        }
    }
}
