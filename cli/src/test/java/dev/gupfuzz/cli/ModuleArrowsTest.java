package dev.gupfuzz.cli;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows point down only: cli to coordinator, worker and broker, these to campaign, campaign to simulator. */
@AnalyzeClasses(packages = "dev.gupfuzz", importOptions = DoNotIncludeTests.class)
class ModuleArrowsTest {

    @ArchTest
    static final ArchRule arrowsPointDown = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("simulator")
            .definedBy("dev.gupfuzz.simulator..")
            .layer("campaign")
            .definedBy("dev.gupfuzz.campaign..")
            .layer("broker")
            .definedBy("dev.gupfuzz.broker..")
            .layer("worker")
            .definedBy("dev.gupfuzz.worker..")
            .layer("coordinator")
            .definedBy("dev.gupfuzz.coordinator..")
            .layer("cli")
            .definedBy("dev.gupfuzz.cli..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("coordinator")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("worker")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("broker")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("campaign")
            .mayOnlyBeAccessedByLayers("cli", "coordinator", "worker", "broker")
            .whereLayer("simulator")
            .mayOnlyBeAccessedByLayers("cli", "coordinator", "worker", "broker", "campaign");

    @ArchTest
    static final ArchRule modulesHaveNoCycles =
            slices().matching("dev.gupfuzz.(*)..").should().beFreeOfCycles();
}
