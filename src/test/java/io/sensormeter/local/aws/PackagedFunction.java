package io.sensormeter.local.aws;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A function as it is deployed, in a process of its own: Lambda's runtime client loads the handler
 * from the classes and libraries that ship (system properties {@code lambda.classes} and {@code
 * lambda.lib}; {@code lambda.ric} holds the client) and finds no variable but those of Lambda and
 * the given ones. The client's native part exists for Linux only. Thread-safe; one invocation at a
 * time.
 */
public final class PackagedFunction implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The client unpacks its native part to one path under /tmp, over the file that another process
   * on this machine may be loading just then, which kills that one; here each test process has its
   * own.
   */
  private static final Path NATIVE_PART = nativePart();

  private final RuntimeApi api;
  private final Process process;
  private final Path log;
  private volatile Duration timeout = Duration.ofSeconds(60);

  private PackagedFunction(RuntimeApi api, Process process, Path log) {
    this.api = api;
    this.process = process;
    this.log = log;
    var _ =
        process
            .onExit()
            .thenAccept(p -> api.end(new IllegalStateException("process ended: " + p.exitValue())));
  }

  /**
   * Starts a cold environment.
   *
   * @param handler as in the template: {@code class::method}
   * @param environment wins over Lambda's own variables
   * @param jvmOptions such as {@code -Xmx256m}
   */
  public static PackagedFunction start(
      String handler, Map<String, String> environment, List<String> jvmOptions) {
    return start(List.of(), handler, environment, jvmOptions);
  }

  /**
   * As above, with classes that do not ship behind those that do.
   *
   * @param others folders
   */
  public static PackagedFunction start(
      List<Path> others, String handler, Map<String, String> environment, List<String> jvmOptions) {
    Path classes = Path.of(property("lambda.classes"));
    RuntimeApi api = new RuntimeApi();
    try {
      Path log = Files.createTempFile("function-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command(classes, others, handler, jvmOptions))
              .directory(classes.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().clear();
      builder.environment().putAll(lambdaEnvironment(classes, handler, api.address()));
      builder.environment().putAll(environment);
      return new PackagedFunction(api, builder.start(), log);
    } catch (IOException e) {
      api.close();
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the environment is ready for its first event. */
  public void awaitStarted() {
    api.awaitStarted();
  }

  /** What each invocation is told it has left, from now on; at first 60 seconds. */
  public void setTimeout(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * The response's JSON. As on Lambda, a function that does not answer in time loses its
   * environment.
   *
   * @throws FunctionError with the error's JSON
   * @throws IllegalStateException when the process ended or the function was late
   */
  public String invoke(String eventJson) {
    return invoke(eventJson, timeout);
  }

  /** A handler for {@link EventSource}: the batch goes to the process and its answer comes back. */
  public @Nullable SQSBatchResponse handle(SQSEvent event, Context context) {
    String response =
        invoke(LambdaJson.write(event), Duration.ofMillis(context.getRemainingTimeInMillis()));
    try {
      return response.isBlank() ? null : JSON.readValue(response, SQSBatchResponse.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(response, e);
    }
  }

  /** Of the process, for who looks at what it uses. */
  public long pid() {
    return process.pid();
  }

  /** Ends the process at once, whatever it is doing, as the end of its host would. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Everything the process wrote so far, standard output and error. */
  public String logs() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
    api.close();
    try {
      Files.delete(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String invoke(String eventJson, Duration remaining) {
    try {
      return api.invoke(eventJson, remaining);
    } catch (TimeoutException e) {
      kill();
      throw new IllegalStateException("no answer within " + remaining + ":\n" + logs(), e);
    }
  }

  private static List<String> command(
      Path classes, List<Path> others, String handler, List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        // C1 only, as on Lambda.
        List.of(
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.add(
        "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI="
            + NATIVE_PART);
    command.addAll(jvmOptions);
    command.add("-cp");
    List<String> path = new ArrayList<>();
    path.add(classes.toString());
    path.add(property("lambda.lib") + "/*");
    path.add(property("lambda.ric") + "/*");
    others.forEach(folder -> path.add(folder.toString()));
    command.add(String.join(File.pathSeparator, path));
    command.add("com.amazonaws.services.lambda.runtime.api.client.AWSLambda");
    command.add(handler);
    return command;
  }

  private static Path nativePart() {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
    String entry = "jni/libaws-lambda-jni.linux-" + machine + ".so";
    try (Stream<Path> jars = Files.list(Path.of(property("lambda.ric")))) {
      Path client =
          jars.filter(jar -> jar.getFileName().toString().contains("runtime-interface-client"))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no runtime client in -Dlambda.ric"));
      Path unpacked = Files.createTempFile("libaws-lambda-jni-", ".so");
      unpacked.toFile().deleteOnExit();
      try (ZipFile zip = new ZipFile(client.toFile());
          InputStream part = zip.getInputStream(zip.getEntry(entry))) {
        Files.copy(part, unpacked, StandardCopyOption.REPLACE_EXISTING);
      }
      return unpacked;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The reserved variables our code, the SDK and the runtime client read. */
  private static Map<String, String> lambdaEnvironment(Path classes, String handler, String api) {
    return Map.ofEntries(
        Map.entry("AWS_LAMBDA_RUNTIME_API", api),
        Map.entry("_HANDLER", handler),
        Map.entry("LAMBDA_TASK_ROOT", classes.toString()),
        Map.entry("AWS_LAMBDA_FUNCTION_NAME", "test"),
        Map.entry("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        Map.entry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        Map.entry("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test"),
        Map.entry("AWS_LAMBDA_LOG_STREAM_NAME", "test"),
        Map.entry("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        Map.entry("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        Map.entry("AWS_REGION", "us-east-1"),
        Map.entry("AWS_ACCESS_KEY_ID", "test"),
        Map.entry("AWS_SECRET_ACCESS_KEY", "test"),
        Map.entry("TZ", "UTC"));
  }

  private static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), () -> "-D" + name + " is missing");
  }
}
