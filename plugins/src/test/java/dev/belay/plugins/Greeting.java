package dev.belay.plugins;

/** An extension point. */
public interface Greeting extends Plugin {
    String greet();
}
