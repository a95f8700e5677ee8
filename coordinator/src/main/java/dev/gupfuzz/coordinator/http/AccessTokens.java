package dev.gupfuzz.coordinator.http;

import dev.gupfuzz.campaign.InfrastructureException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what. The owner's token lies in the data directory, readable by its user alone, and may do everything.
 * Further tokens are known by their SHA-256 only: the file {@code tokens} beside it has a line
 * {@code <64 hexadecimal digits> <scope>[,<scope>...]} for each.
 */
public final class AccessTokens {
    /** Random bytes of a generated token. */
    private static final int TOKEN_BYTES = 32;

    /** A token shorter than that was not made by us and could be guessed. */
    private static final int TOKEN_CHARS_MIN = 32;

    private static final String BEARER = "bearer ";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private record Grant(byte[] sha256, Set<Scope> scopes) {}

    private final List<Grant> grants;

    private AccessTokens(List<Grant> grants) {
        this.grants = List.copyOf(grants);
    }

    /**
     * Reads the tokens of a data directory; the owner's token is made if there is none.
     *
     * @throws InfrastructureException if a file cannot be read or written, or is not what it must be
     */
    public static AccessTokens open(Path dataDir) throws InfrastructureException {
        List<Grant> grants = new ArrayList<>();
        Path file = tokenFile(dataDir);
        grants.add(new Grant(sha256(ownersToken(file)), EnumSet.allOf(Scope.class)));
        Path more = dataDir.resolve("tokens");
        if (Files.exists(more)) {
            grants.addAll(hashed(more));
        }
        return new AccessTokens(grants);
    }

    /** Where the owner's token lies. */
    public static Path tokenFile(Path dataDir) {
        return dataDir.resolve("token");
    }

    private static String ownersToken(Path file) throws InfrastructureException {
        try {
            Files.createDirectories(file.getParent());
            try {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                byte[] random = new byte[TOKEN_BYTES];
                new SecureRandom().nextBytes(random);
                Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
            } catch (FileAlreadyExistsException e) {
                // A later start: keep the token, and take back rights that others may have got meanwhile.
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
            String token = Files.readString(file).strip();
            if (token.length() < TOKEN_CHARS_MIN) {
                throw new InfrastructureException("the token in " + file + " is shorter than " + TOKEN_CHARS_MIN
                        + " characters: remove the file to have a new one made");
            }
            return token;
        } catch (IOException e) {
            throw new InfrastructureException(
                    "cannot keep the access token in " + file + ": " + e + "; choose a writable directory with --data",
                    e);
        }
    }

    private static List<Grant> hashed(Path file) throws InfrastructureException {
        List<Grant> grants = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        int number = 0;
        try {
            for (String line : Files.readAllLines(file)) {
                number++;
                String text = line.strip();
                if (text.isEmpty() || text.startsWith("#")) {
                    continue;
                }
                Grant grant = grant(text);
                if (grant == null) {
                    problems.add("line " + number);
                } else {
                    grants.add(grant);
                }
            }
        } catch (IOException e) {
            throw new InfrastructureException("cannot read the tokens in " + file + ": " + e, e);
        }
        if (!problems.isEmpty()) {
            throw new InfrastructureException("cannot use the tokens in " + file + ": " + String.join(", ", problems)
                    + " must be 64 hexadecimal digits (the token's SHA-256), a blank and scopes out of read, campaign");
        }
        return grants;
    }

    private static @Nullable Grant grant(String line) {
        int blank = line.indexOf(' ');
        if (blank != 64 || !line.substring(0, blank).matches("[0-9a-f]{64}")) {
            return null;
        }
        Set<Scope> scopes = EnumSet.of(Scope.OPEN);
        for (String word : line.substring(blank + 1).split(",", -1)) {
            switch (word.strip()) {
                case "read" -> scopes.add(Scope.READ);
                case "campaign" -> scopes.add(Scope.CAMPAIGN);
                default -> {
                    return null;
                }
            }
        }
        return new Grant(HexFormat.of().parseHex(line.substring(0, blank)), scopes);
    }

    /** What the bearer of this {@code Authorization} header may do; empty when nobody is known by it. */
    Set<Scope> scopes(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return Set.of();
        }
        byte[] presented = sha256(authorization.substring(BEARER.length()).strip());
        Set<Scope> scopes = Set.of();
        // Every grant is compared, and each in constant time: how long it takes tells nothing.
        for (Grant grant : grants) {
            if (MessageDigest.isEqual(grant.sha256(), presented)) {
                scopes = grant.scopes();
            }
        }
        return scopes;
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("[coordinator bug] every Java runtime has SHA-256", e);
        }
    }
}
