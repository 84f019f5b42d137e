package io.sensormeter;

/** The composition root: the only place that says {@code new} to what talks to the world. */
public final class App {}
