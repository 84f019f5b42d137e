package io.sensormeter.bench;

import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.template.Template;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions of template.yaml. */
enum Function {
  SCHEDULER,
  REPORTER,
  RECORDER,
  VERIFIER,
  VIEW;

  private static final Template TEMPLATE = Template.read();

  /** {@code Scheduler} and so on. */
  String title() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }

  /** Three quarters of the template's memory: the rest is for what is no heap. */
  int heapMegabytes() {
    return resource().property("MemorySize").asInt() * 3 / 4;
  }

  int timeoutSeconds() {
    return resource().property("Timeout").asInt();
  }

  /** An environment as it is deployed. */
  PackagedFunction start(Map<String, String> variables, String... jvmOptions) {
    return start(List.of(), resource().property("Handler").asText(), variables, jvmOptions);
  }

  /** The same by a {@link SharedClock}. */
  PackagedFunction startMoved(Map<String, String> variables, Path clock, String... jvmOptions) {
    Map<String, String> moved = new HashMap<>(variables);
    moved.put(Moved.CLOCK, clock.toString());
    return start(
        List.of(testClasses()),
        Moved.class.getName() + "$" + title() + "::handleRequest",
        moved,
        jvmOptions);
  }

  private PackagedFunction start(
      List<Path> others, String handler, Map<String, String> variables, String... jvmOptions) {
    List<String> options = new ArrayList<>(List.of(jvmOptions));
    // With less than two processors and 2 GB, as there, the JVM takes this collector by itself.
    options.addAll(List.of("-Xmx%dm".formatted(heapMegabytes()), "-XX:+UseSerialGC"));
    PackagedFunction function = PackagedFunction.start(others, handler, variables, options);
    function.setTimeout(Duration.ofSeconds(timeoutSeconds()));
    return function;
  }

  private Template.Resource resource() {
    return TEMPLATE.resource(title() + "Function");
  }

  /** The folder of the benchmark itself. */
  static Path testClasses() {
    try {
      return Path.of(Moved.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
