package dev.gupfuzz.simulator.litmus;

/** A relation between at most 32 events; no operation changes its operands. */
final class Relation {

    interface Pairs {
        boolean related(int a, int b);
    }

    /** For each event those that it is related to, as a mask. */
    private final int[] rows;

    private Relation(int[] rows) {
        this.rows = rows;
    }

    static Relation of(int events, Pairs pairs) {
        int[] rows = new int[events];
        for (int a = 0; a < events; a++) {
            for (int b = 0; b < events; b++) {
                rows[a] |= pairs.related(a, b) ? 1 << b : 0;
            }
        }
        return new Relation(rows);
    }

    boolean has(int a, int b) {
        return (rows[a] >> b & 1) != 0;
    }

    Relation or(Relation... others) {
        int[] union = rows.clone();
        for (Relation other : others) {
            for (int a = 0; a < union.length; a++) {
                union[a] |= other.rows[a];
            }
        }
        return new Relation(union);
    }

    Relation and(Relation other) {
        int[] both = rows.clone();
        for (int a = 0; a < both.length; a++) {
            both[a] &= other.rows[a];
        }
        return new Relation(both);
    }

    Relation minus(Relation other) {
        int[] left = rows.clone();
        for (int a = 0; a < left.length; a++) {
            left[a] &= ~other.rows[a];
        }
        return new Relation(left);
    }

    /** First this, then the other. */
    Relation then(Relation other) {
        int[] composed = new int[rows.length];
        for (int a = 0; a < rows.length; a++) {
            for (int left = rows[a]; left != 0; left &= left - 1) {
                composed[a] |= other.rows[Integer.numberOfTrailingZeros(left)];
            }
        }
        return new Relation(composed);
    }

    Relation inverse() {
        int[] inverse = new int[rows.length];
        for (int a = 0; a < rows.length; a++) {
            for (int left = rows[a]; left != 0; left &= left - 1) {
                inverse[Integer.numberOfTrailingZeros(left)] |= 1 << a;
            }
        }
        return new Relation(inverse);
    }

    /** This or nothing. */
    Relation optional() {
        int[] rows = this.rows.clone();
        for (int a = 0; a < rows.length; a++) {
            rows[a] |= 1 << a;
        }
        return new Relation(rows);
    }

    /** One or more of these. */
    Relation plus() {
        int[] closed = rows.clone();
        for (int via = 0; via < closed.length; via++) {
            for (int a = 0; a < closed.length; a++) {
                closed[a] |= (closed[a] >> via & 1) != 0 ? closed[via] : 0;
            }
        }
        return new Relation(closed);
    }

    /** None or more of these. */
    Relation star() {
        return plus().optional();
    }

    /** Only from and to some events, given as masks. */
    Relation between(int from, int to) {
        int[] kept = rows.clone();
        for (int a = 0; a < kept.length; a++) {
            kept[a] = (from >> a & 1) != 0 ? kept[a] & to : 0;
        }
        return new Relation(kept);
    }

    /** The events that some event is related to, as a mask. */
    int range() {
        int range = 0;
        for (int row : rows) {
            range |= row;
        }
        return range;
    }

    boolean isEmpty() {
        for (int row : rows) {
            if (row != 0) {
                return false;
            }
        }
        return true;
    }

    boolean isAcyclic() {
        int alive = rows.length == 32 ? -1 : (1 << rows.length) - 1;
        for (int before = 0; before != alive; ) {
            before = alive;
            for (int a = 0; a < rows.length; a++) {
                alive = (rows[a] & alive) == 0 ? alive & ~(1 << a) : alive;
            }
        }
        return alive == 0;
    }
}
