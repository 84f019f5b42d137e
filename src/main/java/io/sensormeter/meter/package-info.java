/** The words of metering as values: hour, report, copy, identifier, outcome. No I/O, no clock. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.meter;
