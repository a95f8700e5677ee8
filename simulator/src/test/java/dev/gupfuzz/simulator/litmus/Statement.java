package dev.gupfuzz.simulator.litmus;

import java.util.Locale;
import java.util.Optional;

/**
 * One statement of a {@link StraightLine} program.
 *
 * @param kind what it does
 * @param location where, of an access
 * @param register the thread's register that what is read goes to, or -1
 * @param value what is stored
 * @param data a register that is added to what is stored, or -1
 * @param address a register that the address is computed with, or -1; it changes nothing about the address
 * @param onlyIf a register; the statement is left out when it holds 0; or -1
 * @param expected what a cmpxchg() compares with
 */
record Statement(Kind kind, int location, int register, int value, int data, int address, int onlyIf, int expected) {

    enum Kind {
        READ,
        READ_ACQUIRE,
        WRITE,
        WRITE_RELEASE,
        XCHG,
        XCHG_ACQUIRE,
        XCHG_RELEASE,
        XCHG_RELAXED,
        FETCH_ADD_RELAXED,
        CMPXCHG,
        CMPXCHG_ACQUIRE,
        CMPXCHG_RELEASE,
        CMPXCHG_RELAXED,
        /** An atomic addition of 1 without a return value. */
        INC,
        LOCK,
        UNLOCK,
        MB,
        RMB,
        WMB,
        BEFORE_ATOMIC,
        AFTER_ATOMIC;

        boolean isAccess() {
            return compareTo(MB) < 0;
        }

        boolean isAtomic() {
            return compareTo(XCHG) >= 0 && compareTo(LOCK) <= 0;
        }

        /** Whether it writes only if it reads what it expects. */
        boolean isCompare() {
            return compareTo(CMPXCHG) >= 0 && compareTo(CMPXCHG_RELAXED) <= 0;
        }

        /** Whether it adds what it reads to what it stores. */
        boolean adds() {
            return this == INC || this == FETCH_ADD_RELAXED;
        }

        boolean reads() {
            return this == READ || this == READ_ACQUIRE || isAtomic();
        }

        boolean writes() {
            return isAccess() && this != READ && this != READ_ACQUIRE;
        }

        boolean returns() {
            return reads() && this != INC && this != LOCK;
        }
    }

    static Statement read(int register, int location) {
        return of(Kind.READ, location, register, 0);
    }

    static Statement acquire(int register, int location) {
        return of(Kind.READ_ACQUIRE, location, register, 0);
    }

    static Statement write(int location, int value) {
        return of(Kind.WRITE, location, -1, value);
    }

    static Statement release(int location, int value) {
        return of(Kind.WRITE_RELEASE, location, -1, value);
    }

    static Statement xchg(Kind kind, int register, int location, int value) {
        return of(kind, location, register, value);
    }

    static Statement inc(int location) {
        return of(Kind.INC, location, -1, 1);
    }

    static Statement lock(int location) {
        return of(Kind.LOCK, location, -1, 1);
    }

    static Statement unlock(int location) {
        return of(Kind.UNLOCK, location, -1, 0);
    }

    static Statement barrier(Kind kind) {
        return of(kind, -1, -1, 0);
    }

    static Statement of(Kind kind, int location, int register, int value) {
        return new Statement(kind, location, register, value, -1, -1, -1, 0);
    }

    Statement withData(int from) {
        return new Statement(kind, location, register, value, from, address, onlyIf, expected);
    }

    Statement withAddress(int from) {
        return new Statement(kind, location, register, value, data, from, onlyIf, expected);
    }

    Statement withCondition(int of) {
        return new Statement(kind, location, register, value, data, address, of, expected);
    }

    Statement withExpected(int value) {
        return new Statement(kind, location, register, this.value, data, address, onlyIf, value);
    }

    /** Whether {@link #weaker} takes an order away that the machine does not keep for every access of the kind. */
    boolean orders() {
        boolean reads = kind.reads() && !kind.writes();
        return weaker().stream().noneMatch(weaker -> weaker.kind == kind && (weaker.address == address || !reads));
    }

    /** With no order and without the dependency of its address; a barrier is then nothing. */
    Optional<Statement> weaker() {
        if (!kind.isAccess()) {
            return Optional.empty();
        }
        Kind weaker = switch (kind) {
            case READ_ACQUIRE -> Kind.READ;
            case WRITE_RELEASE -> Kind.WRITE;
            case XCHG, XCHG_ACQUIRE, XCHG_RELEASE -> Kind.XCHG_RELAXED;
            case CMPXCHG, CMPXCHG_ACQUIRE, CMPXCHG_RELEASE -> Kind.CMPXCHG_RELAXED;
            default -> kind;
        };
        return Optional.of(new Statement(weaker, location, register, value, data, -1, onlyIf, expected));
    }

    /** In the syntax of a litmus test; {@code at} is a pointer to the location. */
    String text(String at) {
        String stored = data < 0 ? Integer.toString(value) : "r" + data + " + " + value;
        String result = "r" + register + " = ";
        return switch (kind) {
            case READ -> result + "READ_ONCE(*" + at + ");";
            case READ_ACQUIRE -> result + "smp_load_acquire(" + at + ");";
            case WRITE -> "WRITE_ONCE(*" + at + ", " + stored + ");";
            case WRITE_RELEASE -> "smp_store_release(" + at + ", " + stored + ");";
            case XCHG -> result + "xchg(" + at + ", " + stored + ");";
            case XCHG_ACQUIRE -> result + "xchg_acquire(" + at + ", " + stored + ");";
            case XCHG_RELEASE -> result + "xchg_release(" + at + ", " + stored + ");";
            case XCHG_RELAXED -> result + "xchg_relaxed(" + at + ", " + stored + ");";
            case FETCH_ADD_RELAXED -> result + "atomic_fetch_add_relaxed(" + stored + ", " + at + ");";
            case CMPXCHG, CMPXCHG_ACQUIRE, CMPXCHG_RELEASE, CMPXCHG_RELAXED ->
                result + kind.name().toLowerCase(Locale.ROOT) + "(" + at + ", " + expected + ", " + stored + ");";
            case INC -> "atomic_inc(" + at + ");";
            case LOCK -> "spin_lock(" + at + ");";
            case UNLOCK -> "spin_unlock(" + at + ");";
            case MB -> "smp_mb();";
            case RMB -> "smp_rmb();";
            case WMB -> "smp_wmb();";
            case BEFORE_ATOMIC -> "smp_mb__before_atomic();";
            case AFTER_ATOMIC -> "smp_mb__after_atomic();";
        };
    }
}
