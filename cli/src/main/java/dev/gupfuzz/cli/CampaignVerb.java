package dev.gupfuzz.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz campaign}: campaigns of a coordinator, and one campaign run here without any. */
@Command(
        name = "campaign",
        description =
                "Campaigns: kernels x scenarios x strategies with a number of seeds, run by a coordinator's workers.",
        subcommands = {
            CampaignVerb.Create.class,
            CampaignVerb.ListThem.class,
            CampaignVerb.Show.class,
            CampaignVerb.Watch.class,
            CampaignVerb.Cancel.class,
            CampaignVerb.Export.class,
            CampaignRunVerb.class
        })
final class CampaignVerb {
    @Mixin
    HelpOption help = new HelpOption();

    /** The positional name of a campaign. */
    static final class NameArgument {
        @Parameters(paramLabel = "NAME", arity = "0..*", hideParamSyntax = true, description = "Name of the campaign.")
        List<String> names = new ArrayList<>();

        /** The one name; a problem otherwise. */
        String one(String verb, Problems problems) {
            if (names.size() != 1) {
                problems.add(
                        names.isEmpty()
                                ? "NAME is missing: gupfuzz campaign " + verb + " NAME"
                                : "one NAME at a time, not " + names.size() + ": gupfuzz campaign " + verb + " NAME");
                return "";
            }
            return names.get(0);
        }
    }

    /** {@code campaign create FILE}. */
    @Command(name = "create", description = "Give a campaign to the coordinator.", sortOptions = false)
    static final class Create implements Verb {
        @Parameters(
                paramLabel = "FILE",
                arity = "0..*",
                hideParamSyntax = true,
                description = "The campaign as JSON; - for standard input.")
        List<String> files = new ArrayList<>();

        @Mixin
        ApiOptions api = new ApiOptions();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) throws Exception {
            String specification = CampaignFile.read(files, "create", session);
            JsonNode created = api.connect(session).create(specification);
            CampaignPrinter.one(session.terminal(), created, output.json);
            return ExitCode.CLEAN;
        }
    }

    /** {@code campaign list}. */
    @Command(name = "list", description = "The campaigns of the coordinator, one line each.", sortOptions = false)
    static final class ListThem implements Verb {
        @Mixin
        ApiOptions api = new ApiOptions();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) throws Exception {
            CampaignPrinter.list(session.terminal(), api.connect(session).list(), output.json);
            return ExitCode.CLEAN;
        }
    }

    /** {@code campaign show NAME}. */
    @Command(
            name = "show",
            description = "What came of a campaign so far, by kernel and scenario.",
            sortOptions = false)
    static final class Show implements Verb {
        @Mixin
        NameArgument name = new NameArgument();

        @Mixin
        ApiOptions api = new ApiOptions();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) throws Exception {
            String one = name.one("show", session.problems());
            CampaignPrinter.one(session.terminal(), api.connect(session).show(one), output.json);
            return ExitCode.CLEAN;
        }
    }

    /** {@code campaign watch NAME}. */
    @Command(
            name = "watch",
            description = "Follow a campaign to its end; the exit code is its verdict.",
            sortOptions = false)
    static final class Watch implements Verb {
        private static final Duration EVERY = Duration.ofMillis(500);

        @Mixin
        NameArgument name = new NameArgument();

        @Mixin
        ApiOptions api = new ApiOptions();

        @Option(
                names = "--for",
                paramLabel = "TIME",
                description = "Stop watching after this time, with exit code 3 when the campaign is not finished.")
        @Nullable
        String limit;

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) throws Exception {
            String one = name.one("watch", session.problems());
            Optional<Duration> time = Optional.ofNullable(limit)
                    .flatMap(value -> session.problems().attempt(() -> Quantities.duration("--for", value)));
            CampaignApi coordinator = api.connect(session);
            session.interrupts().allow(Duration.ofSeconds(5), ExitCode.INTERRUPTED);
            long start = System.nanoTime();
            JsonNode campaign = coordinator.show(one);
            while (!CampaignState.of(campaign).ended()
                    && (time.isEmpty() || System.nanoTime() - start < time.get().toNanos())
                    && !session.interrupts().await(EVERY)) {
                campaign = coordinator.show(one);
                CampaignPrinter.progress(session.terminal(), campaign);
            }
            CampaignPrinter.endProgress(session.terminal());
            CampaignPrinter.one(session.terminal(), campaign, output.json);
            return session.interrupts().requested()
                    ? ExitCode.INTERRUPTED
                    : CampaignState.of(campaign).verdict().exitCode();
        }
    }

    /** {@code campaign cancel NAME}. */
    @Command(name = "cancel", description = "Stop a campaign; what was counted stays.", sortOptions = false)
    static final class Cancel implements Verb {
        @Mixin
        NameArgument name = new NameArgument();

        @Mixin
        ApiOptions api = new ApiOptions();

        @Mixin
        OutputOptions output = new OutputOptions();

        @Override
        public int run(Session session) throws Exception {
            String one = name.one("cancel", session.problems());
            CampaignPrinter.one(session.terminal(), api.connect(session).cancel(one), output.json);
            return ExitCode.CLEAN;
        }
    }

    /** {@code campaign export NAME}. */
    @Command(
            name = "export",
            description = {
                "Write the canonical export of a campaign.",
                "",
                "It says what was counted, without time, host or attempts: equal campaigns give equal files, "
                        + "byte for byte, and so does `campaign run --local`."
            },
            sortOptions = false)
    static final class Export implements Verb {
        @Mixin
        NameArgument name = new NameArgument();

        @Option(names = "--output", paramLabel = "FILE", description = "Where to write it. Default: standard output.")
        @Nullable
        String file;

        @Mixin
        ApiOptions api = new ApiOptions();

        @Mixin
        HelpOption help = new HelpOption();

        @Override
        public int run(Session session) throws Exception {
            String one = name.one("export", session.problems());
            String export = api.connect(session).export(one);
            if (file == null) {
                session.terminal().out().print(export);
            } else {
                CampaignFile.write(Path.of(file), export);
            }
            return ExitCode.CLEAN;
        }
    }
}
