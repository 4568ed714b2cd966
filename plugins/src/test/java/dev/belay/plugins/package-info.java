@org.jspecify.annotations.NullMarked
package dev.belay.plugins;
