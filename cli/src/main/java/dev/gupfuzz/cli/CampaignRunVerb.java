package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.campaign.CanonicalExport;
import dev.gupfuzz.campaign.CanonicalExport.CellAccount;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.LocalCampaign;
import dev.gupfuzz.cli.SearchResult.CellResult;
import dev.gupfuzz.cli.SearchResult.Ended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gupfuzz campaign run FILE --local}: a whole campaign in this process, without Kafka. */
@Command(
        name = "run",
        description = {
            "Run a whole campaign in this process, without Kafka.",
            "",
            "Range by range, as workers would, and all of it: a violation does not end a campaign. The canonical "
                    + "export equals that of the same campaign run by any number of workers, byte for byte."
        },
        sortOptions = false)
final class CampaignRunVerb implements Verb {
    private static final Duration GRACE = Duration.ofSeconds(10);

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            hideParamSyntax = true,
            description = "The campaign as JSON; - for standard input.")
    List<String> files = new ArrayList<>();

    @Option(names = "--local", description = "Run it here. `campaign create` gives it to a coordinator.")
    boolean local;

    @Option(names = "--export", paramLabel = "FILE", description = "Write the canonical export there.")
    @Nullable
    String export;

    @Option(names = "--cores", paramLabel = "N", description = "Cores to use. Default: all of them.")
    @Nullable
    String cores;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) throws InfrastructureException {
        Problems problems = session.problems();
        String text = CampaignFile.read(files, "run", session);
        int threads = Cores.chosen(cores, problems);
        if (!local) {
            problems.add("--local is missing: `campaign run` runs here, `campaign create` gives a campaign to a "
                    + "coordinator");
        }
        Optional<CampaignSpec> spec =
                text.isEmpty() ? Optional.empty() : problems.attempt(() -> CampaignSpec.parse(text));
        problems.throwIfAny();
        session.interrupts().allow(GRACE, ExitCode.INTERRUPTED);
        long start = System.nanoTime();
        CampaignPlan plan = CampaignPlan.of(spec.orElseThrow());
        LocalCampaign.Accounts accounts;
        try (Progress progress = Progress.of(
                session.terminal(),
                "campaign " + spec.get().name(),
                spec.get().seeds() * plan.cells().size())) {
            accounts = LocalCampaign.run(plan, threads, session.interrupts()::requested, progress::add);
        }
        for (String error : accounts.errors()) {
            session.terminal().err().println("gupfuzz: " + error);
        }
        if (export != null && accounts.complete()) {
            CampaignFile.write(Path.of(export), CanonicalExport.text(plan, accounts.accounts()));
        } else if (export != null) {
            session.terminal().err().println("gupfuzz: interrupted, so " + export + " was not written");
        }
        SearchResult result = new SearchResult(
                accounts.accounts().stream()
                        .map(account -> cell(account, spec.get(), accounts.complete()))
                        .toList(),
                List.of(),
                (System.nanoTime() - start) / 1e9,
                threads,
                !accounts.complete());
        if (output.json) {
            Json.print(session.terminal().out(), SearchDocument.of("campaign run", result, false));
        } else {
            new SearchText(session.terminal()).print(result, Optional.empty(), false);
        }
        return accounts.errors().isEmpty() ? result.exitCode() : ExitCode.SELF_CHECK;
    }

    private static CellResult cell(CellAccount account, CampaignSpec spec, boolean complete) {
        return CellResult.of(
                account.planned().cell(),
                spec.firstSeed(),
                spec.seeds(),
                account.tally(),
                complete ? Ended.FINISHED : Ended.INTERRUPTED,
                Optional.empty(),
                OptionalDouble.empty());
    }
}
