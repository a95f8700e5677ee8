package dev.gupfuzz.coordinator.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublisherTest {
    private final Books books = new Books();
    private final List<Snapshot> shown = new ArrayList<>();
    private final List<Snapshot> visibleThen = new ArrayList<>();
    private final Publisher publisher = new Publisher(this::show);

    private void show(Snapshot snapshot) {
        shown.add(snapshot);
        visibleThen.add(publisher.latest());
    }

    private Snapshot publish(int members) {
        publisher.publish(books, true, true, members, 0, 0);
        return publisher.latest();
    }

    @Test
    void shouldShowEverySnapshotOnceBeforeItIsVisible() {
        Snapshot first = publish(2);
        Snapshot same = publish(2);
        Snapshot second = publish(4);

        assertThat(same).isSameAs(first);
        assertThat(shown).containsExactly(first, second);
        assertThat(visibleThen).containsExactly(Snapshot.STARTING, first);
    }
}
