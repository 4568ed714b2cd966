package dev.belay.cli.service;

import picocli.CommandLine.Command;

/** {@code belay attach}: {@link ProduceCommand} by the name that suits an endless source. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        description =
                "Writes the records of an endless source to its task's topics: a service that runs until it is stopped, and has health and metrics.")
public final class AttachCommand extends ProduceCommand {}
