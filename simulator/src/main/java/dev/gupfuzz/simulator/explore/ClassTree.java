package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Place.Came;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks and the places that they share, in a checkpoint. Of a place its steps are kept and not its state: the model takes them again
 * when the file is read.
 */
final class ClassTree {

    private static final int NONE = -1;

    private final List<Place> shared = new ArrayList<>();
    private final TransitionSystem model;
    private final int[] start;

    /** @param start the words of the model at its start */
    ClassTree(TransitionSystem model, int[] start) {
        this.model = model;
        this.start = start;
    }

    void save(List<Walk> walks, List<Place> open, DataOutput out) throws IOException {
        walks.forEach(walk -> number(walk.from()));
        open.forEach(this::number);
        out.writeInt(shared.size());
        for (Place place : shared) {
            Came came = place.came;
            out.writeInt(came == null ? NONE : came.above().number);
            if (came != null) {
                out.writeByte(came.thread());
                out.writeByte(came.choice());
            }
            place.save(out);
        }
        out.writeInt(open.size());
        for (Place place : open) {
            out.writeInt(place.number);
        }
        out.writeInt(walks.size());
        for (Walk walk : walks) {
            out.writeInt(number(walk.from()));
            walk.save(out);
        }
    }

    /** Numbers a place, behind those above it. */
    private int number(@Nullable Place place) {
        if (place == null) {
            return NONE;
        }
        if (place.number >= shared.size() || shared.get(place.number) != place) {
            if (place.came != null) {
                number(place.came.above());
            }
            place.number = shared.size();
            shared.add(place);
        }
        return place.number;
    }

    void restore(List<Walk> walks, List<Place> open, DataInput in) throws IOException {
        int places = in.readInt();
        for (int i = 0; i < places; i++) {
            shared.add(place(in));
        }
        int opened = in.readInt();
        for (int i = 0; i < opened; i++) {
            Place place = shared.get(in.readInt());
            place.open = true;
            open.add(place);
        }
        int n = in.readInt();
        for (int i = 0; i < n; i++) {
            int from = in.readInt();
            begin();
            walks.add(Walk.restored(model, from == NONE ? null : shared.get(from), in));
        }
    }

    private Place place(DataInput in) throws IOException {
        int number = in.readInt();
        Place above = number == NONE ? null : shared.get(number);
        Place place = new Place(above == null ? 0 : above.depth + 1, start.length, model.threads());
        if (above == null) {
            begin();
        } else {
            int thread = in.readByte();
            int choice = in.readByte();
            above.load(model);
            int values = model.take(thread, choice);
            boolean broke = model.broken() != TransitionSystem.INTACT;
            place.came =
                    new Came(above, thread, choice, values, model.footprint().copy(), broke);
            if (broke) {
                model.goOn();
            }
        }
        place.restore(model, in);
        return place;
    }

    private void begin() {
        System.arraycopy(start, 0, model.words(), 0, start.length);
        model.restored();
    }
}
