package io.sensormeter.simulation;

import io.sensormeter.simulation.oracle.Diagram;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often each fault struck, and each arrow of the diagram was gone. */
final class Coverage {
  private final Map<String, Integer> counts = new TreeMap<>();

  Coverage() {
    for (FaultKind kind : FaultKind.values()) {
      counts.put(kind.toString(), 0);
    }
    Diagram.ARROWS.forEach(arrow -> counts.put(arrow, 0));
  }

  void add(SimulatedRun.Result result) {
    result.faults().forEach((kind, count) -> count(kind.toString(), count));
    result.arrows().forEach(this::count);
  }

  /** A report's birth is no arrow. */
  private void count(String what, int count) {
    counts.computeIfPresent(what, (_, before) -> before + count);
  }

  /** What was met less often, and can be met. */
  Map<String, Integer> rarerThan(int least) {
    return counts.entrySet().stream()
        .filter(each -> each.getValue() < least && !Diagram.NOT_MET.contains(each.getKey()))
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum, TreeMap::new));
  }

  /** A line for each. */
  String table() {
    return counts.entrySet().stream()
        .map(each -> "%6d  %s%n".formatted(each.getValue(), each.getKey()))
        .collect(Collectors.joining());
  }
}
