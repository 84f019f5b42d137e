package io.sensormeter.operator;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Some of the months that were named are gone, others stay. What went is noted; {@code prune} goes
 * on with the others.
 */
public final class IncompletePrune extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int rows;

  /**
   * @param others which months did not go, and why
   * @param rows how many reports went
   */
  IncompletePrune(Set<String> named, List<String> gone, String others, int rows) {
    super(
        "prune is incomplete: %s went; %s. Once nothing holds what stays, and what changed of it is written out anew, go on with {\"command\":\"prune\",\"months\":[\"%s\"],\"exported\":true} and your \"by\""
            .formatted(String.join(", ", gone), others, left(named, gone)));
    this.rows = rows;
  }

  private static String left(Set<String> named, List<String> gone) {
    return named.stream()
        .filter(month -> !gone.contains(month))
        .collect(Collectors.joining("\",\""));
  }

  int rows() {
    return rows;
  }
}
