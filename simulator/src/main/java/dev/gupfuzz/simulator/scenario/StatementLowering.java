package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Node.Operands;
import dev.gupfuzz.simulator.scenario.Node.Place;
import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.List;

/** Makes the rows of one statement. */
final class StatementLowering {

    private static final int COUNT_MAX = Integer.MAX_VALUE;

    private final ThreadLowering in;
    private final Scope scope;
    private final Verb verb;
    private final Operands with;
    private final At at;

    StatementLowering(ThreadLowering in, Node.Do statement) {
        this.in = in;
        this.scope = in.scope();
        this.verb = statement.verb();
        this.with = statement.operands();
        this.at = statement.at();
    }

    void lower() {
        switch (verb) {
            case EXIT, CLEAR_SOFT_DIRTY, LRU_DRAIN -> plain(verb.op);
            case UNPIN -> plain(verb.op, in.pinSet(with.names().get(0)));
            case FORK -> fork();
            case MMAP -> mmap();
            case TRUNCATE -> truncate();
            case AWAIT -> await();
            case POST, WAIT, POLL -> plain(verb.op, in.event(with.names().get(0), verb == Verb.POST));
            case REACH -> plain(verb.op, in.goal(with.names().get(0)));
            case DEVICE_STORE, DEVICE_LOAD -> entries();
            case FILE_WRITE, FILE_READ, FILE_RECLAIM, WRITEBACK -> filePages();
            default -> {
                Spot spot = spot(with.places(), Spot.Kind.REGION);
                if (verb.whole()) {
                    whole(spot);
                } else {
                    for (int i = 0; i < spot.count(); i++) {
                        page(spot.one(i));
                    }
                }
            }
        }
    }

    private Spot spot(Place place, Spot.Kind kind) {
        Spot spot = in.spot(place);
        if (spot.kind() != kind) {
            throw scope.lost(
                    place.at(),
                    "'" + verb.word + "' is for pages of " + kind.told + ", and '"
                            + place.name().text() + "' is of " + spot.kind().told);
        }
        return spot;
    }

    private void plain(int... row) {
        in.add(RowDraft.plain(at, -1, padded(row)));
    }

    private void about(int owner, int... row) {
        in.add(RowDraft.plain(at, owner, padded(row)));
    }

    private static int[] padded(int... row) {
        return java.util.Arrays.copyOf(row, Op.WORDS);
    }

    private Region region(Spot spot) {
        return in.plan().regions.region(spot.of());
    }

    // ---- statements about one page each

    private void page(Spot spot) {
        int owner = region(spot).mm();
        int page = spot.first();
        switch (verb) {
            case LOAD, MEM_READ, GUEST_LOAD -> read(owner, page, 2, verb.op, page);
            case STORE, MEM_WRITE, GUEST_STORE -> store(owner, page, 2, false, verb.op, page);
            case RECLAIM -> {
                int mm = with.names().isEmpty()
                        ? owner
                        : in.plan().process(new Text(at, scope.name(with.names().get(0))));
                about(-1, verb.op, page, mm);
            }
            case HOLD, RELEASE ->
                about(owner, verb.op, page, scope.number(with.number(), "the number of references", 1, COUNT_MAX));
            case UFFD_CONTINUE -> {
                requireFlag(spot, Region.UFFD_MINOR, "uffd-minor");
                about(owner, verb.op, page);
            }
            default -> throw new IllegalStateException("[simulator bug] not of pages: " + verb);
        }
    }

    private void read(int owner, int location, int expect, int... row) {
        int goal = with.goal() == null ? 0 : in.goal(with.goal()) + 1;
        in.add(new RowDraft(
                at,
                padded(row),
                owner,
                location,
                -1,
                "",
                expect,
                in.filledIn(with.must()),
                goal,
                in.filledIn(with.when())));
    }

    private void store(int owner, int location, int token, boolean device, int... row) {
        in.add(RowDraft.store(at, owner, location, in.storeName(with, device), token, padded(row)));
    }

    private void entries() {
        Spot spot = spot(with.places(), Spot.Kind.PIN_SET);
        for (int i = spot.first(); i < spot.first() + spot.count(); i++) {
            int page = in.firstPage(spot.name()) + i;
            if (verb == Verb.DEVICE_STORE) {
                store(-1, page, 3, true, verb.op, spot.of(), i);
            } else {
                read(-1, page, 3, verb.op, spot.of(), i);
            }
        }
    }

    private void filePages() {
        Spot spot = spot(with.places(), Spot.Kind.FILE);
        for (int k = spot.first(); k < spot.first() + spot.count(); k++) {
            int location = in.filePageLocation(k);
            switch (verb) {
                case FILE_WRITE -> store(-1, location, 2, false, verb.op, k);
                case FILE_READ -> read(-1, location, 2, verb.op, k);
                default -> plain(verb.op, k);
            }
        }
    }

    // ---- statements about a range

    private void whole(Spot spot) {
        int owner = region(spot).mm();
        int page = spot.first();
        int nr = spot.count();
        switch (verb) {
            case PIN -> pin(spot, Foll.PIN);
            case GET -> pin(spot, Foll.GET);
            case DIRECT_IO -> pin(spot, Foll.DIRECT_IO);
            case MPROTECT -> mprotect(spot);
            case MREMAP -> mremap(spot);
            case UFFD_PROTECT, UFFD_UNPROTECT -> {
                requireFlag(spot, Region.UFFD_WP, "uffd-wp");
                about(owner, verb.op, page, nr, verb == Verb.UFFD_PROTECT ? 1 : 0);
            }
            default -> about(owner, verb.op, page, nr);
        }
    }

    private void requireFlag(Spot spot, int flag, String word) {
        if ((region(spot).flags() & flag) == 0) {
            throw scope.lost(at, "'" + verb.word + "' needs a region that says " + word + ": '" + spot.name() + "'");
        }
    }

    private void mprotect(Spot spot) {
        int access = RegionPlans.access(with.words().get(0).text());
        if ((access & Region.WRITE) != 0 && (region(spot).flags() & Region.MAYWRITE) == 0) {
            throw scope.lost(at, "region '" + spot.name() + "' is never-writable");
        }
        about(region(spot).mm(), verb.op, spot.first(), spot.count(), access);
    }

    private void mremap(Spot spot) {
        Spot to = spot(with.to(), Spot.Kind.REGION);
        if (to.count() != spot.count()) {
            throw scope.lost(
                    with.to().at(),
                    "'" + to.name() + "' must have as many pages as what moves there: " + to.count() + " and "
                            + spot.count());
        }
        if (region(to).mapped()) {
            throw scope.lost(
                    with.to().at(), "region '" + to.name() + "' must say unmapped: mremap() moves to where nothing is");
        }
        about(region(spot).mm(), verb.op, spot.first(), spot.count(), to.first());
    }

    private void pin(Spot spot, int kind) {
        int foll = kind;
        String what = "";
        String how = "";
        for (Lexeme word : with.words()) {
            String flag = word.text();
            boolean purpose = flag.equals("write") || flag.equals("read");
            boolean function = flag.equals("fast") || flag.equals("slow") || flag.equals("fast-only");
            if ((purpose && !what.isEmpty()) || (function && !how.isEmpty())) {
                throw scope.lost(word.at(), "'" + flag + "' and '" + (purpose ? what : how) + "' exclude each other");
            }
            what = purpose ? flag : what;
            how = function ? flag : how;
            foll |= switch (flag) {
                case "write" -> Foll.WRITE;
                case "fast" -> Foll.FAST;
                case "fast-only" -> Foll.FAST | Foll.FAST_ONLY;
                case "longterm" -> Foll.LONGTERM;
                case "force" -> Foll.FORCE;
                default -> 0;
            };
        }
        if (what.isEmpty() || how.isEmpty()) {
            throw scope.lost(at, "'" + verb.word + "' says write or read, and fast, slow or fast-only");
        }
        if ((foll & Foll.LONGTERM) != 0 && kind == Foll.DIRECT_IO) {
            throw scope.lost(at, "direct I/O takes no longterm references");
        }
        int set = in.fill(with.names().get(0), spot);
        if (!in.first()) {
            about(region(spot).mm(), verb.op, set, spot.first(), spot.count(), foll);
        }
    }

    // ---- the rest

    private void fork() {
        Text name = with.names().get(0);
        int process = in.plan().process(new Text(name.at(), scope.name(name)));
        if (!in.plan().processes.get(process).child()) {
            throw scope.lost(name.at(), "process '" + name.text() + "' must be declared as 'child' to be forked");
        }
        plain(verb.op, in.threadOf(process), process);
    }

    private void mmap() {
        Text name = with.names().get(0);
        String region = scope.name(name);
        int i = in.plan().regions.names().indexOf(region);
        if (i < 0) {
            throw scope.lost(
                    name.at(),
                    "there is no region '" + region + "'"
                            + Nearest.hint(region, in.plan().regions.names()));
        }
        if (in.plan().regions.region(i).mapped()) {
            throw scope.lost(name.at(), "region '" + region + "' is mapped at the start: it must say unmapped");
        }
        if (in.plan().regions.region(i).mm() != in.process()) {
            throw scope.lost(name.at(), "region '" + region + "' is of another process");
        }
        plain(verb.op, i);
    }

    private void truncate() {
        Text name = with.names().get(0);
        String file = scope.name(name);
        List<String> files = in.plan().regions.fileNames();
        int i = files.indexOf(file);
        if (i < 0) {
            throw scope.lost(name.at(), "there is no file '" + file + "'" + Nearest.hint(file, files));
        }
        int pages = in.plan().regions.spot(file).count();
        plain(
                verb.op,
                i,
                scope.number(
                        with.number(),
                        "the new size of '" + file + "' in pages, which gets smaller only,",
                        0,
                        pages - 1));
    }

    private void await() {
        int mask = 0;
        for (Text name : with.names()) {
            int t = in.plan().thread(new Text(name.at(), scope.name(name)));
            if (t == in.thread()) {
                throw scope.lost(name.at(), "a thread cannot wait for its own end");
            }
            mask |= 1 << t;
        }
        plain(verb.op, mask);
    }
}
