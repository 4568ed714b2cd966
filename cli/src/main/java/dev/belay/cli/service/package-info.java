/** The commands that run one service as a process, for several machines and for containers. */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.service;
