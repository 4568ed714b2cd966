/** One service each as a process of its own, for many machines and for containers. */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.service;
