/** A cluster with TLS, authentication and ACLs, and a registry that demands credentials. */
@org.jspecify.annotations.NullMarked
package dev.belay.it.secured;
