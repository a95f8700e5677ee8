package dev.gupfuzz.campaign;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads and writes the campaign document. One field after the other, so that every problem is found in one pass. */
final class CampaignSpecJson {
    /** Larger documents are refused before they are parsed. */
    static final int BYTES_MAX = 32 * 1024;

    private static final List<String> FIELDS =
            List.of("version", "name", "kernels", "scenarios", "strategies", "firstSeed", "seeds", "stepsPerRange");
    private static final List<String> REQUIRED =
            List.of("version", "name", "kernels", "scenarios", "strategies", "seeds");
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(40)
                    .maxStringLength(4096)
                    .build())
            .build();

    private final List<String> problems = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private int version = CampaignSpec.VERSION;
    private String name = "unnamed";
    private List<String> kernels = List.of();
    private List<String> scenarios = List.of();
    private List<String> strategies = List.of();
    private long firstSeed = 1;
    private long seeds = 1;
    private long stepsPerRange = CampaignSpec.STEPS_PER_RANGE;

    private CampaignSpecJson() {}

    static CampaignSpec parse(String json) {
        if (json.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new BadInput(List.of("a campaign document may have at most " + BYTES_MAX + " bytes"));
        }
        CampaignSpecJson reader = new CampaignSpecJson();
        try (JsonParser parser = JSON.createParser(json)) {
            reader.document(parser);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation(); // absent where a limit was hit
            reader.problems.add("the campaign document is no JSON: " + e.getOriginalMessage()
                    + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
            throw new BadInput(reader.problems);
        } catch (IOException e) {
            throw new UncheckedIOException("[gupfuzz bug] reading a string failed", e);
        }
        return reader.spec();
    }

    static String write(CampaignSpec spec) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("version", spec.version()).put("name", spec.name());
        strings(document.putArray("kernels"), spec.kernels());
        strings(document.putArray("scenarios"), spec.scenarios());
        strings(document.putArray("strategies"), spec.strategies());
        document.put("firstSeed", String.format("0x%016x", spec.firstSeed()))
                .put("seeds", spec.seeds())
                .put("stepsPerRange", spec.stepsPerRange());
        return document.toString();
    }

    private static void strings(ArrayNode array, List<String> values) {
        values.forEach(array::add);
    }

    private CampaignSpec spec() {
        for (String field : REQUIRED) {
            if (!seen.contains(field)) {
                problems.add("the campaign document lacks the field '" + field + "'");
            }
        }
        // The record checks the values; those that could not even be read have their problem already.
        try {
            CampaignSpec spec =
                    new CampaignSpec(version, name, kernels, scenarios, strategies, firstSeed, seeds, stepsPerRange);
            if (problems.isEmpty()) {
                return spec;
            }
        } catch (BadInput e) {
            for (String problem : e.problems()) {
                boolean explained = problem.endsWith(" must name at least one")
                        && problems.stream().anyMatch(known -> known.contains("'" + problem.split(" ")[0] + "'"));
                if (!explained) {
                    problems.add(problem);
                }
            }
        }
        throw new BadInput(problems);
    }

    private void document(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new BadInput(List.of("a campaign document is one JSON object"));
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            if (!seen.add(field)) {
                problems.add("the campaign document has the field '" + field + "' twice");
            }
            field(field, token, parser);
        }
        if (parser.nextToken() != null) {
            problems.add("the campaign document goes on after its end, at line "
                    + parser.currentLocation().getLineNr());
        }
    }

    private void field(String field, JsonToken token, JsonParser parser) throws IOException {
        switch (field) {
            case "version" -> version = (int) number(field, token, parser, version, Integer.MAX_VALUE);
            case "name" -> {
                if (token == JsonToken.VALUE_STRING) {
                    name = parser.getText();
                } else {
                    wrongType(field, "a string", parser);
                }
            }
            case "kernels" -> kernels = list(field, token, parser);
            case "scenarios" -> scenarios = list(field, token, parser);
            case "strategies" -> strategies = list(field, token, parser);
            case "firstSeed" -> firstSeed = seed(field, token, parser);
            case "seeds" -> seeds = number(field, token, parser, seeds, Long.MAX_VALUE);
            case "stepsPerRange" -> stepsPerRange = number(field, token, parser, stepsPerRange, Long.MAX_VALUE);
            default -> {
                problems.add(
                        "the campaign document has the unknown field '" + field + "'" + Nearest.hint(field, FIELDS));
                parser.skipChildren();
            }
        }
    }

    private List<String> list(String field, JsonToken token, JsonParser parser) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            wrongType(field, "a list of strings", parser);
            return List.of();
        }
        List<String> words = new ArrayList<>();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            if (next == JsonToken.VALUE_STRING) {
                words.add(parser.getText());
            } else {
                wrongType(field, "a list of strings", parser);
            }
        }
        return words;
    }

    private long seed(String field, JsonToken token, JsonParser parser) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            return number(field, token, parser, firstSeed, Long.MAX_VALUE);
        }
        String text = parser.getText();
        if (text.matches("0x[0-9a-fA-F]{1,16}")) {
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
        problems.add("field 'firstSeed' must be a number or 0x and up to 16 hexadecimal digits");
        return firstSeed;
    }

    private long number(String field, JsonToken token, JsonParser parser, long otherwise, long max) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            wrongType(field, "a whole number", parser);
            return otherwise;
        }
        BigInteger value = parser.getBigIntegerValue();
        if (value.signum() < 0 || value.min(LONG_MAX).longValue() > max || value.compareTo(LONG_MAX) > 0) {
            problems.add("field '" + field + "' must be from 0 to " + max + ": " + field + "=" + value);
            return otherwise;
        }
        return value.longValue();
    }

    private void wrongType(String field, String wanted, JsonParser parser) throws IOException {
        problems.add("field '" + field + "' must be " + wanted);
        parser.skipChildren();
    }
}
