/**
 * The figures of docs/performance.md: {@code mvn -q -Pbench}. Measures, asserts nothing; no part of
 * the tests.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.bench;
