package dev.gupfuzz.simulator.explore;

/** Another model, for tests that watch it or lie about it. */
class Delegate implements TransitionSystem {

    private final TransitionSystem model;

    Delegate(TransitionSystem model) {
        this.model = model;
    }

    @Override
    public int threads() {
        return model.threads();
    }

    @Override
    public int[] words() {
        return model.words();
    }

    @Override
    public void restored() {
        model.restored();
    }

    @Override
    public int enabled() {
        return model.enabled();
    }

    @Override
    public int conditional() {
        return model.conditional();
    }

    @Override
    public int take(int thread, int choice) {
        return model.take(thread, choice);
    }

    @Override
    public void end() {
        model.end();
    }

    @Override
    public void goOn() {
        model.goOn();
    }

    @Override
    public long broken() {
        return model.broken();
    }

    @Override
    public long reached() {
        return model.reached();
    }

    @Override
    public long fingerprint() {
        return model.fingerprint();
    }

    @Override
    public void canonicalize(int[] names) {
        model.canonicalize(names);
    }

    @Override
    public int objects() {
        return model.objects();
    }

    @Override
    public void noting(boolean on) {
        model.noting(on);
    }

    @Override
    public Footprint footprint() {
        return model.footprint();
    }

    @Override
    public void waitsFor(int thread, Footprint into) {
        model.waitsFor(thread, into);
    }

    @Override
    public void remaining(int thread, Footprint into) {
        model.remaining(thread, into);
    }
}
