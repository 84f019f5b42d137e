package io.sensormeter.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.config.FunctionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that {@code sam local invoke --env-vars} takes, so that the functions of template.yaml
 * run against the services of the local run: one object for each function, with the variables its
 * settings read. A blank value is there too, lest the template's own reach it.
 */
final class EnvironmentFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The machine itself, as a container under Docker Desktop names it. */
  private static final String DOCKER_DESKTOP_HOST = "host.docker.internal";

  private final Map<String, String> environment;

  /**
   * @param environment what all functions together are given
   */
  EnvironmentFiles(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A container reaches the services by the name Docker Desktop gives the machine. */
  String dockerDesktop() {
    return linux().replaceAll("\\b(127\\.0\\.0\\.1|localhost)\\b", DOCKER_DESKTOP_HOST);
  }

  /** A container in the machine's own network reaches them on loopback. */
  String linux() {
    SortedMap<String, Map<String, String>> functions = new TreeMap<>();
    FunctionSettings.functions().forEach(function -> functions.put(function, variables(function)));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(functions) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Writes both.
   *
   * @return for each kind of machine the command that uses its file
   */
  Map<String, String> write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path desktop = Files.writeString(directory.resolve("env-docker-desktop.json"), dockerDesktop());
    Path linux = Files.writeString(directory.resolve("env-linux.json"), linux());
    Map<String, String> commands = new LinkedHashMap<>();
    commands.put("Docker Desktop", command(desktop));
    commands.put("Linux", command(linux) + " --docker-network host");
    return commands;
  }

  private static String command(Path file) {
    return "sam local invoke SchedulerFunction --event events/check.json --env-vars " + file;
  }

  /** What the function asks for, and no more. */
  private SortedMap<String, String> variables(String function) {
    SortedMap<String, String> variables = new TreeMap<>();
    FunctionSettings.read(function, environment)
        .forEach(name -> variables.put(name, environment.getOrDefault(name, "")));
    return variables;
  }
}
