package dev.belay.it;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies: services communicate only through topics, and there are no cycles. */
@AnalyzeClasses(packages = "dev.belay", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ARROWS =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("plugins")
                    .definedBy("dev.belay.plugins..")
                    .layer("chess")
                    .definedBy("dev.belay.chess..")
                    .layer("schemas")
                    .definedBy("dev.belay.schemas..")
                    .layer("runtime")
                    .definedBy("dev.belay.runtime..")
                    .layer("models")
                    .definedBy("dev.belay.models..")
                    .layer("producers")
                    .definedBy("dev.belay.producers..")
                    .layer("labelers")
                    .definedBy("dev.belay.labelers..")
                    .layer("trainers")
                    .definedBy("dev.belay.trainers..")
                    .layer("aggregators")
                    .definedBy("dev.belay.aggregators..")
                    .layer("benchmarks")
                    .definedBy("dev.belay.benchmarks..")
                    .layer("cli")
                    .definedBy("dev.belay.cli..")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("producers")
                    .mayOnlyBeAccessedByLayers("benchmarks", "cli")
                    .whereLayer("labelers")
                    .mayOnlyBeAccessedByLayers("benchmarks", "cli")
                    .whereLayer("trainers")
                    .mayOnlyBeAccessedByLayers("benchmarks", "cli")
                    .whereLayer("aggregators")
                    .mayOnlyBeAccessedByLayers("benchmarks", "cli")
                    .whereLayer("chess")
                    .mayOnlyBeAccessedByLayers("models", "producers")
                    .whereLayer("models")
                    .mayOnlyBeAccessedByLayers("labelers", "trainers", "benchmarks", "cli")
                    .whereLayer("runtime")
                    .mayOnlyBeAccessedByLayers(
                            "producers", "labelers", "trainers", "aggregators", "benchmarks", "cli")
                    .whereLayer("benchmarks")
                    .mayOnlyBeAccessedByLayers("cli");

    @ArchTest
    static final ArchRule NO_CYCLES_OF_MODULES =
            slices().matching("dev.belay.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CYCLES_OF_PACKAGES =
            slices().matching("dev.belay.(**)").should().beFreeOfCycles();
}
