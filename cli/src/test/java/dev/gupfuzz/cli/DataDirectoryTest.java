package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.InfrastructureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void shouldBeReadableByItsOwnerAloneAndOpenAgain() throws Exception {
        Path path = parent.resolve("a/b");
        try (DataDirectory directory = DataDirectory.open(path, false)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                    .isEqualTo("rwx------");
            Files.writeString(path.resolve("state"), "kept");
        }
        try (DataDirectory directory = DataDirectory.open(path, false)) {
            assertThat(directory.path().resolve("state")).hasContent("kept");
        }
    }

    @Test
    void shouldBeUsedByOneAtATime() throws Exception {
        Path path = parent.resolve("data");
        try (DataDirectory ignored = DataDirectory.open(path, false)) {
            assertThatThrownBy(() -> DataDirectory.open(path, true))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
        }
    }

    @Test
    void shouldEmptyItselfOnRequestAndOnlyWhenItIsOurs() throws Exception {
        Path path = parent.resolve("data");
        DataDirectory.open(path, false).close();
        Files.createDirectories(path.resolve("kafka/log"));
        Files.writeString(path.resolve("kafka/log/0"), "old");

        DataDirectory.open(path, true).close();

        assertThat(path.resolve("kafka")).doesNotExist();
        Path home = Files.createDirectory(parent.resolve("home"));
        Path letter = Files.writeString(home.resolve("letter"), "dear");
        assertThatThrownBy(() -> DataDirectory.open(home, true))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("no data directory of gupfuzz");
        assertThat(letter).hasContent("dear");
    }

    @Test
    void shouldRefuseANewerFormatByName() throws Exception {
        Path path = parent.resolve("data");
        DataDirectory.open(path, false).close();
        Files.writeString(path.resolve("format"), "7\n");

        assertThatThrownBy(() -> DataDirectory.open(path, false))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("has format 7")
                .hasMessageContaining("a newer gupfuzz wrote it");
        DataDirectory.open(path, true).close();
        assertThat(path.resolve("format")).hasContent(DataDirectory.FORMAT + "\n");
    }

    @Test
    void shouldSayWhatToDoWhenItCannotBeCreated() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> DataDirectory.open(file.resolve("data"), false))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("make it writable or give another --data");
    }

    @Test
    void shouldFollowTheXdgRules() {
        assertThat(DataDirectory.chosen(null, Map.of("XDG_DATA_HOME", "/x/y"))).isEqualTo(Path.of("/x/y/gupfuzz"));
        Path home = Path.of(System.getProperty("user.home"), ".local/share/gupfuzz");
        assertThat(DataDirectory.chosen(null, Map.of())).isEqualTo(home);
        assertThat(DataDirectory.chosen(null, Map.of("XDG_DATA_HOME", "relative")))
                .isEqualTo(home);
        assertThat(DataDirectory.chosen("/d/../e", Map.of("XDG_DATA_HOME", "/x")))
                .isEqualTo(Path.of("/e"));
    }
}
