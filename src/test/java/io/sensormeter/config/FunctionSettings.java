package io.sensormeter.config;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The functions by logical id, and what each of them asks its environment for. */
public final class FunctionSettings {
  private static final Map<String, Function<Map<String, String>, Object>> READERS =
      Map.of(
          "SchedulerFunction", SchedulerSettings::read,
          "ReporterFunction", ReporterSettings::read,
          "RecorderFunction", RecorderSettings::read,
          "VerifierFunction", VerifierSettings::read,
          "ViewFunction", ViewSettings::read);

  private FunctionSettings() {}

  public static Set<String> functions() {
    return READERS.keySet();
  }

  /**
   * Reads the settings as the function does when it starts.
   *
   * @return the names it asked for, without one that it asks for only to refuse it
   * @throws IllegalStateException as the function's start
   */
  public static SortedSet<String> read(String function, Map<String, String> environment) {
    SortedSet<String> names = new TreeSet<>();
    Set<String> refused = Set.of("METER_KIND");
    Object _ =
        Objects.requireNonNull(READERS.get(function), function)
            .apply(
                new AbstractMap<>() {
                  @Override
                  public @Nullable String get(@Nullable Object name) {
                    if (!refused.contains(name)) {
                      names.add(String.valueOf(name));
                    }
                    return environment.get(String.valueOf(name));
                  }

                  @Override
                  public Set<Entry<String, String>> entrySet() {
                    return environment.entrySet();
                  }
                });
    return names;
  }
}
