/** What every function has of Lambda: an end of its invocation, a time, logs and metrics. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.lambda;
