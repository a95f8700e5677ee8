package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Region.Populated;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The regions and files of a scenario while its file is read. */
final class RegionPlans {

    /** A region before its file is known; {@code maps} is the file's name, or null. */
    private record Plan(At at, Region region, @Nullable String maps, int mapsPage) {}

    private record FilePlan(String name, boolean shmem, int pages, boolean cached) {}

    private final Scope scope;
    private final List<Plan> plans = new ArrayList<>();
    private final List<FilePlan> files = new ArrayList<>();
    private int process;
    private int next;

    RegionPlans(Scope scope) {
        this.scope = scope;
    }

    /** The regions that follow are of this process; a child has its parent's where it was placed, so its own come behind all. */
    void enter(int mm, boolean child) {
        process = mm;
        next = child ? pages() : 0;
    }

    int pages() {
        return plans.stream().mapToInt(p -> p.region().end()).max().orElse(0);
    }

    List<String> names() {
        return plans.stream().map(p -> p.region().name()).toList();
    }

    List<String> fileNames() {
        return files.stream().map(FilePlan::name).toList();
    }

    Region region(int i) {
        return plans.get(i).region();
    }

    Spot spot(String name) {
        int i = names().indexOf(name);
        if (i >= 0) {
            return new Spot(
                    Spot.Kind.REGION, name, i, region(i).start(), region(i).pages());
        }
        int file = fileNames().indexOf(name);
        int first = files.subList(0, file).stream().mapToInt(FilePlan::pages).sum();
        return new Spot(Spot.Kind.FILE, name, file, first, files.get(file).pages());
    }

    private void requireNew(At at, String name) {
        if (names().contains(name) || fileNames().contains(name)) {
            throw scope.lost(at, "there is already a region or file called '" + name + "'");
        }
    }

    void file(Node.File file) {
        String name = scope.name(file.name());
        requireNew(file.name().at(), name);
        List<String> words = file.words().stream().map(Lexeme::text).toList();
        if (words.contains("shmem") == words.contains("disk")) {
            throw scope.lost(file.at(), "file '" + name + "' must be one of disk, shmem");
        }
        int pages = scope.number(file.pages(), "pages of '" + name + "'", 1, Limits.FILE_PAGES);
        addFile(file.at(), new FilePlan(name, words.contains("shmem"), pages, words.contains("cached")));
    }

    private void addFile(At at, FilePlan file) {
        int all = files.stream().mapToInt(FilePlan::pages).sum() + file.pages();
        if (files.size() == Limits.FILES || all > Limits.FILE_PAGES) {
            throw scope.lost(
                    at, "a scenario may have " + Limits.FILES + " files with " + Limits.FILE_PAGES + " pages at most");
        }
        files.add(file);
    }

    void region(Node.Region node) {
        String name = scope.name(node.name());
        requireNew(node.name().at(), name);
        if (plans.size() == Limits.REGIONS) {
            throw scope.lost(node.at(), "a scenario may have " + Limits.REGIONS + " regions at most");
        }
        int nr = scope.number(node.pages(), "pages of '" + name + "'", 1, Limits.PAGES);
        int start = node.start() == null ? next : scope.number(node.start(), "the first page", 0, Limits.PAGES - 1);
        int table = node.table() == null ? 0 : scope.number(node.table(), "table", 0, Limits.TABLES - 1);
        if (start + nr > Limits.PAGES) {
            throw scope.lost(node.at(), "a process may have " + Limits.PAGES + " virtual pages at most");
        }
        List<String> words = node.words().stream().map(Lexeme::text).toList();
        Populated populated = populated(node.at(), words);
        Region region = new Region(
                name,
                process,
                start,
                nr,
                flags(node.at(), words),
                Region.ANON,
                0,
                populated,
                !words.contains("unmapped"),
                table);
        for (Plan other : plans) {
            requireApart(node.at(), region, other.region());
        }
        String maps = node.maps() == null ? null : scope.name(node.maps().name());
        int mapsPage = node.maps() == null || node.maps().from() == null
                ? 0
                : scope.number(node.maps().from(), "the file's first page", 0, Limits.FILE_PAGES - 1);
        if (node.maps() != null && node.maps().to() != null) {
            throw scope.lost(
                    node.maps().at(), "the region says how many pages it has: write the file's first page only");
        }
        if (maps == null && words.contains("shared")) {
            // shared anonymous memory is a file without a name
            addFile(node.at(), new FilePlan(name + "'s memory", true, nr, populated != Populated.NO));
            maps = name + "'s memory";
        }
        requirePossible(node.at(), words, populated, maps != null);
        plans.add(new Plan(node.at(), region, maps, mapsPage));
        next = region.end();
    }

    private void requireApart(At at, Region region, Region other) {
        boolean meet = region.start() < other.end() && other.start() < region.end();
        if (meet && region.mm() == other.mm()) {
            throw scope.lost(at, "region '" + region.name() + "' lies over '" + other.name() + "'");
        }
        if (meet && region.table() != other.table()) {
            throw scope.lost(
                    at,
                    "region '" + region.name() + "' lies where '" + other.name()
                            + "' of another process does: both must say the same table");
        }
    }

    private Populated populated(At at, List<String> words) {
        List<String> said = words.stream()
                .filter(w -> List.of("empty", "read", "written", "protected", "swapped")
                        .contains(w))
                .toList();
        if (said.size() > 1) {
            throw scope.lost(at, "a region is populated in one way: it says " + String.join(", ", said));
        }
        String word = said.isEmpty() ? "empty" : said.get(0);
        return word.equals("empty") ? Populated.NO : Populated.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private int flags(At at, List<String> words) {
        List<String> access =
                words.stream().filter(StatementParser.ACCESS::contains).toList();
        if (access.size() > 1) {
            throw scope.lost(at, "a region has one protection: it says " + String.join(", ", access));
        }
        int flags = access.isEmpty() ? Region.READ | Region.WRITE : access(access.get(0));
        if (words.contains("never-writable") && (flags & Region.WRITE) != 0) {
            throw scope.lost(at, "a region that is never-writable must say read-only or no-access");
        }
        flags |= words.contains("never-writable") ? 0 : Region.MAYWRITE;
        flags |= words.contains("shared") ? Region.SHARED : 0;
        flags |= words.contains("dontcopy") ? Region.DONTCOPY : 0;
        flags |= words.contains("wipeonfork") ? Region.WIPEONFORK : 0;
        flags |= words.contains("mixedmap") ? Region.MIXEDMAP : 0;
        flags |= words.contains("uffd-wp") ? Region.UFFD_WP : 0;
        flags |= words.contains("uffd-minor") ? Region.UFFD_MINOR : 0;
        flags |= words.contains("soft-dirty") ? Region.SOFTDIRTY : 0;
        return flags;
    }

    static int access(String word) {
        return switch (word) {
            case "read-write" -> Region.READ | Region.WRITE;
            case "read-only" -> Region.READ;
            default -> 0;
        };
    }

    private void requirePossible(At at, List<String> words, Populated populated, boolean ofFile) {
        if (words.contains("wipeonfork") && ofFile) {
            throw scope.lost(at, "wipeonfork is for private anonymous memory");
        }
        if (words.contains("shared") && (populated == Populated.PROTECTED || populated == Populated.SWAPPED)) {
            throw scope.lost(at, "a shared region can be empty, read or written at the start");
        }
        if (words.contains("uffd-minor") && !ofFile) {
            throw scope.lost(at, "uffd-minor is for mappings of shmem");
        }
        if (words.contains("unmapped") && populated != Populated.NO) {
            throw scope.lost(at, "a region that is unmapped at the start is empty");
        }
    }

    /** Puts files and regions into the world. */
    void build(World world, int swapSlots) {
        files.forEach(f -> world.file(f.name(), f.shmem(), f.pages(), f.cached()));
        int swapped = 0;
        for (Plan plan : plans) {
            Region region = plan.maps() == null ? plan.region() : mapping(world, plan);
            world.region(region);
            swapped += region.populated() == Populated.SWAPPED ? region.pages() : 0;
            if (swapped > swapSlots) {
                scope.mistakes.add(
                        plan.at(),
                        "region '" + region.name() + "' is swapped out at the start: say 'swap N' with " + swapped
                                + " slots at least");
            }
            if (world.children.get(region.mm()) && region.mapped()) {
                scope.mistakes.add(
                        plan.at(), "region '" + region.name() + "' is a child's: it must be unmapped at the start");
            }
        }
    }

    private Region mapping(World world, Plan plan) {
        Region r = plan.region();
        int i = fileNames().indexOf(plan.maps());
        if (i < 0) {
            scope.mistakes.add(
                    plan.at(), "there is no file '" + plan.maps() + "'" + Nearest.hint(plan.maps(), fileNames()));
            return r;
        }
        FileSpec file = world.files.get(i);
        if (plan.mapsPage() + r.pages() > file.pages()) {
            scope.mistakes.add(
                    plan.at(),
                    "file '" + file.name() + "' has " + file.pages() + (file.pages() == 1 ? " page" : " pages")
                            + ": region '" + r.name() + "' maps " + r.pages() + " from page " + plan.mapsPage()
                            + " on");
            return r;
        }
        boolean shared = (r.flags() & Region.SHARED) != 0;
        boolean needsCache = shared ? r.populated() != Populated.NO : r.populated() == Populated.READ;
        if (needsCache && !file.cached()) {
            scope.mistakes.add(
                    plan.at(),
                    "region '" + r.name() + "' shows pages of file '" + file.name()
                            + "' at the start: the file must be cached");
        }
        if ((r.flags() & Region.UFFD_MINOR) != 0 && !file.shmem()) {
            scope.mistakes.add(plan.at(), "uffd-minor is for mappings of shmem");
        }
        return new Region(
                r.name(),
                r.mm(),
                r.start(),
                r.pages(),
                r.flags(),
                i,
                file.first() + plan.mapsPage(),
                r.populated(),
                r.mapped(),
                r.table());
    }
}
