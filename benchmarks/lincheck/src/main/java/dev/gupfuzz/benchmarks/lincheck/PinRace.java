package dev.gupfuzz.benchmarks.lincheck;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * GUP-fast against fork as a Java programmer would write it: threads that each pin a page, and one that forks. Shared are
 * the fields, and each access to one is an operation of its own, in the order of {@code PinModel}.
 */
final class PinRace {

    private static final int WRITABLE = 1;
    private static final int READ_ONLY = 2;
    private static final int BIAS = 1024;

    private final int pages;
    private final int pinners;
    private final boolean fixed;

    private volatile boolean hasPinned;
    private final Object ptl = new Object();
    private final AtomicInteger seq = new AtomicInteger();
    private final AtomicIntegerArray ptes;
    private final AtomicIntegerArray counts;
    private final AtomicIntegerArray children;

    /** By pinner: 1 when its pin succeeded. Read when all threads have ended. */
    private final int[] got;

    PinRace(int pages, int pinners, boolean fixed) {
        this.pages = pages;
        this.pinners = pinners;
        this.fixed = fixed;
        ptes = new AtomicIntegerArray(pages);
        counts = new AtomicIntegerArray(pages);
        children = new AtomicIntegerArray(pages);
        got = new int[pinners];
        for (int page = 0; page < pages; page++) {
            ptes.set(page, WRITABLE);
            counts.set(page, 1);
        }
    }

    /** Runs all threads to their end; true when a page was pinned and the child got it. */
    boolean shares() throws InterruptedException {
        Thread[] threads = new Thread[pinners + 1];
        for (int i = 0; i < pinners; i++) {
            int pinner = i;
            threads[i] = new Thread(() -> got[pinner] = pins(pinner % pages) ? 1 : 0);
        }
        threads[pinners] = new Thread(this::fork);
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (int pinner = 0; pinner < pinners; pinner++) {
            if (got[pinner] == 1 && children.get(pinner % pages) == 1) {
                return true;
            }
        }
        return false;
    }

    private boolean pins(int page) {
        hasPinned = true;
        int before = fixed ? seq.get() : 0;
        if ((before & 1) != 0) {
            return false;
        }
        int pte = ptes.get(page);
        if (pte != WRITABLE) {
            return false;
        }
        counts.addAndGet(page, BIAS);
        boolean same = ptes.get(page) == pte;
        return same & (!fixed || seq.get() == before);
    }

    private void fork() {
        if (fixed) {
            seq.incrementAndGet();
        }
        for (int page = 0; page < pages; page++) {
            synchronized (ptl) {
                copy(page);
            }
        }
        if (fixed) {
            seq.incrementAndGet();
        }
    }

    private void copy(int page) {
        ptes.get(page);
        if (hasPinned && counts.get(page) >= BIAS) {
            return;
        }
        ptes.set(page, READ_ONLY);
        children.set(page, 1);
    }
}
