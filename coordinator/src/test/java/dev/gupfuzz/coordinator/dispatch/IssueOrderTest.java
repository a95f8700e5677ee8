package dev.gupfuzz.coordinator.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.coordinator.ledger.Cells;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IssueOrderTest {
    private final Cells cells = new Cells(2, 4, 1);

    private static List<Integer> takeAll(IssueOrder order) {
        List<Integer> taken = new ArrayList<>();
        for (int index = order.take(); index >= 0; index = order.take()) {
            taken.add(index);
        }
        return taken;
    }

    @Test
    void shouldTakeTheCellsInTurnAndEachRangeOnce() {
        assertThat(takeAll(new IssueOrder(cells))).containsExactly(0, 2, 6, 1, 3, 4, 5);
    }

    @Test
    void shouldGoOnWhereTheJobRecordsEnd() {
        IssueOrder order = new IssueOrder(cells);
        order.observe(3);
        order.observe(0);
        order.observe(2);
        assertThat(order.issued()).isEqualTo(3);
        assertThat(order.isIssued(2)).isTrue();
        assertThat(order.isIssued(4)).isFalse();
        assertThat(order.issuedRanges().stream()).containsExactly(0, 2, 3);
        assertThat(takeAll(order)).containsExactly(6, 1, 4, 5);
    }

    @Test
    void shouldPlanOnACopy() {
        IssueOrder order = new IssueOrder(cells);
        takeAll(order.copy());
        assertThat(order.issued()).isZero();
    }

    @Test
    void shouldKeepTheWindowAtThreePerMember() {
        assertThat(IssueWindow.room(0, 0)).isEqualTo(IssueWindow.RANGES_MIN);
        assertThat(IssueWindow.room(10, 0)).isEqualTo(30);
        assertThat(IssueWindow.room(10, 29)).isEqualTo(1);
        assertThat(IssueWindow.room(10, 99)).isZero();
    }
}
