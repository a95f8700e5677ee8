package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.scenario.Cursor.Lost;
import dev.gupfuzz.simulator.scenario.Node.Place;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Goes through the loops and conditions of a file and hands on what is between them. A statement that is lost costs no other. */
final class Flow {

    private final Scope scope;
    /** What a place means; null where it is not known yet. */
    private final Function<Place, @Nullable Spot> places;

    Flow(Scope scope, Function<Place, @Nullable Spot> places) {
        this.scope = scope;
        this.places = places;
    }

    void run(List<Node> nodes, Consumer<Node> leaf) {
        for (Node node : nodes) {
            scope.work(node.at());
            List<Scope.Binding> before = scope.bindings();
            try {
                one(node, leaf);
            } catch (Lost lost) {
                scope.enter(before);
            }
        }
    }

    private void one(Node node, Consumer<Node> leaf) {
        if (node instanceof Node.If branch) {
            run(scope.truth(branch.condition()) ? branch.then() : branch.otherwise(), leaf);
        } else if (node instanceof Node.Repeat repeat) {
            int times = scope.number(repeat.times(), "how often it is repeated", 0, Limits.WORK);
            for (int i = 0; i < times; i++) {
                scope.work(node.at());
                run(repeat.body(), leaf);
            }
        } else if (node instanceof Node.ForNumber loop) {
            long last = scope.number(loop.last());
            for (long i = scope.number(loop.first()); i <= last; i++) {
                round(loop.at(), loop.name(), i, null, loop.body(), leaf);
            }
        } else if (node instanceof Node.ForPlace loop) {
            Spot all = places.apply(loop.places());
            for (int i = 0; all != null && i < all.count(); i++) {
                round(loop.at(), loop.name(), 0, all.one(i), loop.body(), leaf);
            }
        } else {
            leaf.accept(node);
        }
    }

    private void round(At at, String name, long number, @Nullable Spot place, List<Node> body, Consumer<Node> leaf) {
        scope.work(at);
        scope.push(at, name, number, place);
        run(body, leaf);
        scope.pop();
    }
}
