package dev.gupfuzz.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** The two identities of the simulator. */
public final class Model {

    private static final Properties MODEL = load("model.properties");

    private Model() {}

    /**
     * The version of the model's behaviour. It changes when a fixed set of runs gives other results; findings of another
     * version are refused.
     */
    public static String version() {
        return MODEL.getProperty("version");
    }

    /** The digest of those runs that belongs to the version. */
    public static String digest() {
        return MODEL.getProperty("digest");
    }

    /** SHA-256 over the simulator's sources, as hex: the same for every JDK that compiled them. */
    public static String engine() {
        try (InputStream in = Model.class.getResourceAsStream("engine.sha256")) {
            if (in == null) {
                throw new IllegalStateException("[simulator bug] the build did not embed engine.sha256");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties load(String name) {
        Properties properties = new Properties();
        try (InputStream in = Model.class.getResourceAsStream(name)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
