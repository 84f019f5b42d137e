package io.sensormeter.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.sensormeter.scheduler.SchedulerHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Commands by hand: each line is what SchedulerFunction is invoked with, its answer is printed as
 * JSON. Where something may have been sent, what ledger and Stripe then hold follows, and what
 * waits for an hour to pass.
 */
final class Console {
  private static final ObjectWriter PRETTY = new ObjectMapper().writerWithDefaultPrettyPrinter();

  /** These send nothing: there is nothing to wait for. */
  private static final Set<String> READING =
      Set.of("check", "status", "exceptions", "explain", "statement", "month");

  private static final Pattern WORD = Pattern.compile("\\w+");

  /** Whoever is refused comes back later: nobody waits for that at a prompt. */
  private static final Duration ARRIVES = Duration.ofSeconds(5);

  private final Pipeline pipeline;
  private final Consumers consumers;
  private final Demonstration demonstration;
  private final SchedulerHandler scheduler;

  Console(Pipeline pipeline, Consumers consumers, Demonstration demonstration) {
    this.pipeline = pipeline;
    this.consumers = consumers;
    this.demonstration = demonstration;
    this.scheduler = pipeline.newScheduler();
  }

  /** Until {@code quit}, or the input ends; {@code hour} lets one pass. */
  void run(BufferedReader input) throws IOException {
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String text = line.trim();
      if (text.equals("quit")) {
        return;
      }
      if (text.equals("hour")) {
        demonstration.hour();
        demonstration.await();
        System.out.println("  " + demonstration.says());
        stands();
      } else if (!text.isEmpty()) {
        command(text);
      }
    }
  }

  /** A word alone is a command without fields. */
  private void command(String line) {
    try {
      String input = WORD.matcher(line).matches() ? "{\"command\":\"%s\"}".formatted(line) : line;
      System.out.println("> " + input);
      Map<String, Object> answer = pipeline.invoke(scheduler, input);
      System.out.println(PRETTY.writeValueAsString(answer));
      if (!READING.contains(String.valueOf(answer.get("command")))
          && !Boolean.TRUE.equals(answer.get("dryRun"))) {
        consumers.awaitArrived(ARRIVES);
        stands();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, numbers and truth values are always JSON", e);
    } catch (RuntimeException e) {
      // As Lambda would answer: the person reads it and tries again.
      System.out.println("  " + e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private void stands() {
    new Agreement(pipeline).print(Duration.ZERO);
    long pending =
        pipeline
            .database()
            .queryLong("select count(*) from metering.meter_report where status = 'pending'");
    if (pending > 0) {
      System.out.println(
          "  %,d report(s) wait for a tick after the next xx:55: until then a copy sent before may arrive. Type hour to let one pass"
              .formatted(pending));
    }
  }
}
