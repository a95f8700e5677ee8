package dev.gupfuzz.simulator;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.BaseStream;

/** A run is a pure function of (kernel, scenario, strategy, seed): the simulator cannot even reach what would break that. */
@AnalyzeClasses(packages = "dev.gupfuzz.simulator", importOptions = DoNotIncludeTests.class)
class PurityTest {

    @ArchTest
    static final ArchRule dependsOnTheJdkAlone = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.gupfuzz.simulator..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule readsNoClockAndWritesNoLog = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.time..", "java.util.logging..", "java.net..")
            .orShould()
            .callMethodWhere(target(nameMatching("nanoTime|currentTimeMillis|identityHashCode"))
                    .and(target(owner(belongToAnyOf(System.class)))));

    @ArchTest
    static final ArchRule drawsFromItsOwnGeneratorOnly = noClasses()
            .should()
            .dependOnClassesThat(
                    belongToAnyOf(Random.class, SplittableRandom.class, ThreadLocalRandom.class, UUID.class))
            .orShould()
            .callMethod(Math.class, "random");

    /** HashMap order depends on capacities and, for enums and records of them, on addresses; Set.of is salted per JVM. */
    @ArchTest
    static final ArchRule hasNoUnorderedCollections = noClasses()
            .should()
            .dependOnClassesThat(belongToAnyOf(HashSet.class))
            .orShould()
            .callConstructor(HashMap.class)
            .orShould()
            .callConstructor(HashMap.class, int.class)
            .orShould()
            .callConstructor(HashMap.class, Map.class)
            .orShould()
            .callMethodWhere(target(nameMatching("of|copyOf|ofEntries"))
                    .and(target(owner(belongToAnyOf(Set.class, Map.class)))));

    @ArchTest
    static final ArchRule startsThreadsInTheSearchOnly = noClasses()
            .that()
            .resideOutsideOfPackage("dev.gupfuzz.simulator.search..")
            .should()
            .dependOnClassesThat(
                    belongToAnyOf(Thread.class, Executor.class, Executors.class, CompletableFuture.class, Timer.class))
            .orShould()
            .callMethodWhere(target(nameMatching("parallelStream|parallel"))
                    .and(target(owner(belongToAnyOf(Collection.class, BaseStream.class)))));
}
