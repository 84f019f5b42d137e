package io.sensormeter.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The meters that are reported, as the setting {@code METERS} declares them.
 *
 * @param list one or more, each name once
 */
public record Meters(List<Meter> list) {

  /** How an entry is written. */
  public static final String FORM = "<event name>:<kind>[:past-hour][:from=<first hour billed>]";

  private static final String FROM = "from=";

  public Meters {
    if (list.isEmpty()) {
      throw new IllegalArgumentException("no meter is named; write each like " + FORM);
    }
    for (int i = 0; i < list.size(); i++) {
      String name = list.get(i).name();
      if (list.subList(0, i).stream().anyMatch(meter -> meter.name().equals(name))) {
        throw new IllegalArgumentException("meter '" + name + "' is named twice");
      }
    }
  }

  /**
   * Reads entries separated by commas, such as {@code
   * active_sensors:sum-hourly,temperature_readings:sum:past-hour:from=2027-01-01T00:00:00Z}.
   *
   * @throws IllegalArgumentException naming the entry and what is wrong with it
   */
  public static Meters parse(String text) {
    List<Meter> meters = new ArrayList<>();
    for (String entry : text.split(",", -1)) {
      try {
        meters.add(entry(entry.trim()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "entry '%s': %s; write it like %s".formatted(entry.trim(), e.getMessage(), FORM), e);
      }
    }
    return new Meters(List.copyOf(meters));
  }

  private static Meter entry(String entry) {
    // An entry's last part takes the rest: an hour holds colons.
    int at = entry.indexOf(":" + FROM);
    Optional<Hour> from =
        at < 0
            ? Optional.empty()
            : Optional.of(Hour.parse(entry.substring(at + 1 + FROM.length())));
    String[] parts = (at < 0 ? entry : entry.substring(0, at)).split(":", -1);
    if (parts.length < 2) {
      throw new IllegalArgumentException("it names no kind");
    }
    if (parts.length > 3 || (parts.length == 3 && !parts[2].equals("past-hour"))) {
      throw new IllegalArgumentException("'" + parts[parts.length - 1] + "' is unknown");
    }
    return new Meter(parts[0], MeterKind.parse(parts[1]), parts.length == 3, from);
  }

  /** The event names. */
  public List<String> names() {
    return list.stream().map(Meter::name).toList();
  }

  public Optional<Meter> find(String name) {
    return list.stream().filter(meter -> meter.name().equals(name)).findFirst();
  }
}
