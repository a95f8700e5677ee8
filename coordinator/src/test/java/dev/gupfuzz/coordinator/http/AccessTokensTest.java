package dev.gupfuzz.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.InfrastructureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTokensTest {
    @TempDir
    Path dir;

    @Test
    void shouldMakeATokenOnceThatOnlyItsUserCanRead() throws Exception {
        Path data = dir.resolve("data");
        AccessTokens.open(data);
        Path file = AccessTokens.tokenFile(data);
        String token = Files.readString(file).strip();
        assertThat(token).matches("[0-9a-f]{64}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        AccessTokens again = AccessTokens.open(data);
        assertThat(Files.readString(file).strip()).isEqualTo(token);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(again.scopes("Bearer " + token)).contains(Scope.READ, Scope.CAMPAIGN);
        assertThat(again.scopes("bearer  " + token + " ")).isNotEmpty();
        assertThat(again.scopes("Basic " + token)).isEmpty();
        assertThat(again.scopes(token)).isEmpty();
        assertThat(again.scopes("Bearer ")).isEmpty();
        assertThat(again.scopes(null)).isEmpty();
    }

    @Test
    void shouldRefuseATokenThatCouldBeGuessed() throws Exception {
        Files.writeString(AccessTokens.tokenFile(dir), "");
        assertThatThrownBy(() -> AccessTokens.open(dir))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("token");
    }

    @Test
    void shouldNameEveryWrongLineOfTheTokenList() throws Exception {
        Files.writeString(
                dir.resolve("tokens"),
                "# comment\nshort read\n" + "a".repeat(64) + " read\n" + "b".repeat(64) + " all\n");
        assertThatThrownBy(() -> AccessTokens.open(dir))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("line 2, line 4");
    }

    @Test
    void shouldSayWhatToDoWithoutAWritableDirectory() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "");
        assertThatThrownBy(() -> AccessTokens.open(file.resolve("data")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("--data");
    }
}
