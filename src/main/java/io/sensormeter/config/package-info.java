/** Settings from the environment, secrets from Secrets Manager. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.config;
