/** Logs and metrics: one summary line an invocation, its numbers as embedded CloudWatch metrics. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.telemetry;
