package io.sensormeter.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.sensormeter.scheduler.SchedulerHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/**
 * Commands by hand: each line is what SchedulerFunction is invoked with, its answer is printed as
 * JSON. Where something may have been sent, what ledger and Stripe then hold follows.
 */
final class Console {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

  /** These send nothing: there is nothing to wait for. */
  private static final Set<String> READING =
      Set.of("check", "status", "exceptions", "explain", "statement", "month");

  private final Pipeline pipeline;
  private final Consumers consumers;
  private final SchedulerHandler scheduler;

  Console(Pipeline pipeline, Consumers consumers) {
    this.pipeline = pipeline;
    this.consumers = consumers;
    this.scheduler = pipeline.newScheduler();
  }

  /** Until {@code quit}, or the input ends. */
  void run(BufferedReader input) throws IOException {
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String text = line.trim();
      if (text.equals("quit")) {
        return;
      }
      if (!text.isEmpty()) {
        command(text);
      }
    }
  }

  /** A word alone is a command without fields. */
  private void command(String line) {
    try {
      JsonNode input =
          line.startsWith("{") ? JSON.readTree(line) : JSON.createObjectNode().put("command", line);
      System.out.println("> " + input);
      System.out.println(PRETTY.writeValueAsString(pipeline.invoke(scheduler, input.toString())));
      if (!READING.contains(input.path("command").asText()) && !input.path("dryRun").asBoolean()) {
        consumers.awaitSettled(() -> {});
        new Agreement(pipeline).print(Duration.ZERO);
      }
    } catch (JsonProcessingException e) {
      System.out.println("  not JSON: " + e.getOriginalMessage());
    } catch (RuntimeException e) {
      // As Lambda would answer: the person reads it and tries again.
      System.out.println("  " + e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
