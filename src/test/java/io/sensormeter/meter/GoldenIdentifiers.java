package io.sensormeter.meter;

import java.util.List;

/**
 * Identifiers that must never change: a changed one bills an hour twice. Java and the ledger's SQL
 * are held to the same list. (Release 0.1 let spaces and letters beyond ASCII through; since 0.2
 * they are hashed. A report keeps the identifier it was captured with, so none was ever changed.)
 */
public final class GoldenIdentifiers {
  public static final Hour HOUR = Hour.parse("2026-11-22T14Z");

  public static final List<Golden> ALL =
      List.of(
          new Golden(
              "active_sensors",
              "77f93054-c1ee-e75e-a11a-d063ab9fd28d",
              0,
              "active_sensors:77f93054-c1ee-e75e-a11a-d063ab9fd28d:2026-11-22T14Z"),
          new Golden("m", "o", 0, "m:o:2026-11-22T14Z"),
          new Golden("m", "o", 1, "m:o:2026-11-22T14Z:r1"),
          new Golden("m", "o", 12, "m:o:2026-11-22T14Z:r12"),
          new Golden("m", "a:b~!c", 0, "m:a:b~!c:2026-11-22T14Z"),
          new Golden("m", "a:b c", 0, "m:3df2467efdc45cda28227b8d39649e09:2026-11-22T14Z"),
          new Golden("active_sensors", "o".repeat(70), 0, named("o".repeat(70))),
          new Golden(
              "active_sensors", "o".repeat(71), 0, named("546c0a3f32794912380a31d206da751c")),
          new Golden(
              "active_sensors", "ö".repeat(70), 0, named("675edc1514891f6836a8414657ac03ec")),
          new Golden(
              "active_sensors", "ö".repeat(71), 0, named("8a245beb12ff5455c1d61bfba5850a50")),
          new Golden(
              "active_sensors", "😀".repeat(70), 0, named("6461d28fb4a0d4cb49709147f9113280")),
          new Golden("active_sensors", "x".repeat(67), 1, named("x".repeat(67)) + ":r1"),
          new Golden(
              "active_sensors",
              "o".repeat(70),
              1,
              named("525550271b34b03079072a846bae35fe") + ":r1"),
          new Golden(
              "active_sensors", "o".repeat(200), 0, named("ea0f39705476d68604f85d9be27fea4c")));

  private GoldenIdentifiers() {}

  public record Golden(String meter, String organizationId, int revision, String identifier) {}

  private static String named(String organization) {
    return "active_sensors:" + organization + ":2026-11-22T14Z";
  }
}
