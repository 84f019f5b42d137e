package io.sensormeter.operator;

/**
 * What a command came to.
 *
 * @param rows how many reports it made or changed; 0 for one that wrote nothing
 */
record Done(Record answer, int rows) {}
