package dev.gupfuzz.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.simulator.scenario.Scenarios;
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
            return withScenarioTexts(new String(bytes, StandardCharsets.UTF_8), file, problems);
        } catch (IOException unreadable) {
            problems.add("'" + Problems.printable(file) + "' cannot be read: " + Problems.reason(unreadable));
            return "";
        }
    }

    /**
     * The campaign with the text of each scenario's file instead of the file's name, which says nothing to other machines. A
     * document that is damaged or names no file stays as it is: its own reader says what is wrong.
     *
     * @param campaign its file, beside which scenarios' files are looked for
     */
    private static String withScenarioTexts(String text, String campaign, Problems problems) {
        ObjectMapper mapper = new ObjectMapper();
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        JsonNode document;
        try {
            document = mapper.readTree(text);
        } catch (JsonProcessingException damaged) {
            return text;
        }
        boolean changed = false;
        if (document.path("scenarios") instanceof ArrayNode scenarios) {
            for (int i = 0; i < scenarios.size(); i++) {
                ScenarioArgument argument = ScenarioArgument.of(scenarios.get(i).asText());
                if (scenarios.get(i).isTextual() && argument.isFile()) {
                    int at = i;
                    ScenarioArgument beside = argument.beside(campaign.equals("-") ? "" : campaign);
                    problems.attempt(() -> Scenarios.with(beside.text(), beside.parameters()))
                            .ifPresent(scenario -> scenarios.set(at, new TextNode(scenario.portableName())));
                    changed = true;
                }
            }
        }
        return changed ? document.toString() : text;
    }

    static void write(Path file, String text) throws InfrastructureException {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new InfrastructureException(file + " cannot be written: " + failed, failed);
        }
    }
}
