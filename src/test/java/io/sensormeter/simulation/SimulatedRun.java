package io.sensormeter.simulation;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.local.stripe.ErrorReport;
import io.sensormeter.local.stripe.FakeMeter;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.simulation.oracle.Judge;
import io.sensormeter.simulation.oracle.Kind;
import io.sensormeter.simulation.oracle.LastJudge;
import io.sensormeter.simulation.oracle.Move;
import io.sensormeter.simulation.oracle.Reading;
import io.sensormeter.simulation.oracle.Source;
import io.sensormeter.simulation.oracle.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One world, from its first hour to the verdict. */
final class SimulatedRun implements AutoCloseable {
  static final String REPLACEABLE = "hourly";

  private static final String LAST = "final";
  private static final ObjectMapper JSON = new ObjectMapper();

  static final Map<String, Kind> METERS =
      Map.of(REPLACEABLE, Kind.REPLACEABLE, "flow", Kind.FLOW, LAST, Kind.LAST);

  /** In which what was additive and lost is given up, asked for, and sent anew. */
  private static final Duration QUIET = Duration.ofHours(40);

  private static final Duration HOUR = Duration.ofHours(1);

  /** An error report is of events that Stripe took within so long. */
  private static final Duration GATHERED = Duration.ofSeconds(11);

  /** So many messages lie in a queue; in a long world, of those received before. */
  private static final int QUEUE_MOST = 3_000;

  /** So long a message lies in its queue while somebody receives. */
  private static final Duration WORKED_OFF = Duration.ofHours(4);

  /** In a long world, where days of outcomes are caught up with. */
  private static final Duration CAUGHT_UP = Duration.ofHours(6);

  private static final int REPORTS_RECEIVES = 17;
  private static final int OUTCOMES_RECEIVES = 50;
  private static final int VERIFICATIONS_RECEIVES = 12;
  private static final String DATABASE_SECRET = "arn:database";
  private static final String STRIPE_SECRET = "arn:stripe";
  private static final String READ_SECRET = "arn:stripe-read";

  private final Scenario scenario;
  private final SimulationDatabase database;
  private final Random chance;
  private final Instant begin;
  private final Instant chaosEnd;
  private final Instant end;
  private final VirtualClock clock;
  private final Story story;
  private final Chaos chaos;
  private final Gate gate;
  private final Agenda agenda;
  private final FakeStripe stripe;
  private final StripeFaults stripeFaults;
  private final SimulatedQueue reports;
  private final SimulatedQueue outcomes;
  private final SimulatedQueue verifications;
  private final SimulatedAws aws;
  private final SimulatedDriver driver;
  private final LogTap log;
  private final Functions functions;
  private final Source source = new Source(METERS);
  private final Judge judge;
  private final Nature nature;
  private final People people;
  private final Happenings happenings;
  private final LongSleep sleep;
  private final Map<SimulatedQueue, Instant> polls = new HashMap<>();
  private final Map<SimulatedQueue, Instant> idle = new HashMap<>();
  private final Set<String> secrets = new LinkedHashSet<>();
  private final List<FakeMeter> meters = new ArrayList<>();
  private int toldRefusals;
  private boolean byPerson;
  private int runs;

  /**
   * What a run came to.
   *
   * @param atEnd whether all of the world was played
   * @param story of the reading that went wrong, in the words of {@code explain}
   */
  record Result(
      Scenario scenario,
      List<Violation> violations,
      Map<FaultKind, Integer> faults,
      int struck,
      Map<String, Integer> arrows,
      long events,
      double days,
      boolean atEnd,
      String digest,
      List<String> lastLines,
      List<String> story) {

    boolean failed() {
      return !violations.isEmpty();
    }
  }

  SimulatedRun(Scenario scenario, SimulationDatabase database, Consumer<String> listener) {
    this.scenario = scenario;
    this.database = database;
    this.chance = new Random(scenario.seed());
    this.begin =
        Instant.parse("2026-01-05T00:00:00Z").plus(HOUR.multipliedBy(chance.nextInt(24 * 300)));
    this.chaosEnd = begin.plus(Duration.ofDays(scenario.days()));
    this.end = chaosEnd.plus(QUIET);
    this.clock = new VirtualClock(begin.minusSeconds(30));
    this.story = new Story(clock, listener);
    this.chaos = new Chaos(scenario, story);
    this.gate = new Gate(clock, chaos);
    this.agenda = new Agenda(clock);
    this.stripe = FakeStripe.start(clock);
    this.stripeFaults = new StripeFaults(clock, chaos);
    this.judge = new Judge(clock, source, begin);
    this.reports = queue("reports", REPORTS_RECEIVES, 1);
    this.outcomes = queue("outcomes", OUTCOMES_RECEIVES, 4);
    this.verifications = queue("verifications", VERIFICATIONS_RECEIVES, 1);
    this.aws =
        new SimulatedAws(
            clock, gate, chaos, List.of(reports, outcomes, verifications), this::onSent);
    this.driver = SimulatedDriver.register(gate, chaos);
    this.log = new LogTap(story, secrets);
    this.functions =
        new Functions(
            clock,
            chaos,
            gate,
            driver,
            story,
            aws,
            new StripeTransport(clock, gate, stripe, stripeFaults, this::answered),
            variables(),
            scenario.seed());
    this.nature =
        new Nature(
            clock,
            database,
            stripe,
            source,
            judge.bill(),
            METERS.keySet().stream().sorted().toList(),
            begin,
            hour -> !scenario.sleeps() || LongSleep.isAwake(begin, hour),
            scenario.seed());
    this.people = new People(clock, begin, source, nature, database, story, this::scheduler);
    this.happenings = new Happenings(this);
    this.sleep = new LongSleep(this);
  }

  private SimulatedQueue queue(String name, int receives, int days) {
    return new SimulatedQueue(name, receives, Duration.ofDays(days), scenario.seed());
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>();
    variables.put("STACK", "simulated");
    variables.put("SOURCE", "own");
    variables.put("METERS", "hourly:sum-hourly,flow:sum:past-hour,final:last");
    variables.put("STRIPE_MODE", "test");
    variables.put("BILL_FROM", begin.toString());
    variables.put("CATCH_UP_HOURS", scenario.sleeps() ? "24" : "");
    variables.put("VERIFY_EVERY_HOURS", String.valueOf(2 + chance.nextInt(5)));
    variables.put("DATABASE_SECRET_ARN", DATABASE_SECRET);
    variables.put("DATABASE_HOST", SimulatedDriver.HOST);
    variables.put("DATABASE_PORT", String.valueOf(database.database().port()));
    variables.put("DATABASE_NAME", database.database().name());
    variables.put("DATABASE_SSL_MODE", "disable");
    variables.put("STRIPE_SECRET_ARN", STRIPE_SECRET);
    variables.put("STRIPE_READ_SECRET_ARN", READ_SECRET);
    variables.put("STRIPE_API_BASE", "http://stripe.simulated");
    variables.put("STRIPE_CALLS_PER_SECOND", "100");
    variables.put("STRIPE_READS_PER_SECOND", "25");
    variables.put("REPORTS_QUEUE_URL", reports.url());
    variables.put("OUTCOMES_QUEUE_URL", outcomes.url());
    variables.put("VERIFICATIONS_QUEUE_URL", verifications.url());
    variables.put("SQS_ENDPOINT", "http://sqs.simulated");
    variables.put("SECRETS_MANAGER_ENDPOINT", "http://secrets.simulated");
    return variables;
  }

  /** Brings the ledger's tables there, and no more. */
  void migrate() {
    putSecrets();
    scheduler("migration", Map.of("command", "tick", "by", "operator"));
  }

  Result play() {
    arrange();
    Instant last = scenario.stop().isBefore(end) ? scenario.stop() : end;
    for (int days = 1; !clock.instant().isAfter(last) && judge.violations().isEmpty(); days++) {
      Instant until = begin.plus(Duration.ofDays(days));
      while (judge.violations().isEmpty() && agenda.next(until.isBefore(last) ? until : last)) {
        polls();
      }
      clock.advanceTo(until.isBefore(last) ? until : last.plusSeconds(1));
      nature.give(until.plus(Duration.ofDays(1)));
      database.planForMany();
    }
    if (judge.violations().isEmpty() && last.equals(end)) {
      settle();
    }
    List<String> told =
        judge.violations().stream()
            .map(Violation::reading)
            .filter(java.util.Objects::nonNull)
            .findFirst()
            .map(this::explained)
            .orElse(List.of());
    return new Result(
        scenario,
        judge.violations(),
        chaos.counts(),
        chaos.struck(),
        judge.arrows(),
        agenda.done(),
        Duration.between(begin, clock.instant()).toMinutes() / 1440.0,
        clock.instant().isAfter(end),
        story.digest(),
        story.last(),
        told);
  }

  private List<String> explained(Reading reading) {
    chaos.end();
    List<String> told = new ArrayList<>(people.explain(reading));
    told.addAll(database.texts(reading));
    return told;
  }

  private void arrange() {
    meters.add(stripe.addMeter(REPLACEABLE, Formula.SUM, "hour"));
    meters.add(stripe.addMeter("flow", Formula.SUM, null));
    meters.add(stripe.addMeter(LAST, Formula.LAST, null));
    stripe.script(
        call -> {
          if (call.identifier() != null) {
            judge.called(call.identifier());
          }
          return stripeFaults.ofEvent(call);
        });
    stripe.readScript(stripeFaults::ofRead);
    stripe.onAccepted(
        event -> {
          story.line("stripe counts " + event.identifier() + " " + event.value());
          judge.accepted(
              event.identifier(),
              event.eventName(),
              event.customer(),
              event.value(),
              event.timestamp());
        });
    stripe.identifiersAreUniqueFor(Duration.ofHours(24 + chance.nextInt(3) * 12L));
    stripe.lastFollowsReceipt(chance.nextBoolean());
    stripe.errorReportsGather(1 + chance.nextInt(20));
    stripe.refuseZero(chance.nextInt(4) == 0);
    stripe.emptyHoursHaveRows(chance.nextBoolean());
    stripe.refusedIdentifiersAreBurned(chance.nextBoolean());
    stripe.unknownCustomersMeetAtSummaries(chance.nextBoolean() ? 400 : 404);
    if (chance.nextBoolean()) {
      stripe.unknownCustomers(io.sensormeter.local.stripe.UnknownCustomers.ASYNCHRONOUS);
    }
    putSecrets();
    nature.begin(5 + chance.nextInt(4));
    nature.give(begin.plus(Duration.ofDays(2)));
    agenda.at(begin, () -> hour(begin));
    agenda.at(chaosEnd, happenings::end);
  }

  private void putSecrets() {
    secret(DATABASE_SECRET, database.database().secretJson(), Instant.EPOCH);
    secrets.add(database.database().password());
    rollKeys("0", Instant.EPOCH);
  }

  private void secret(String arn, String text, Instant from) {
    aws.putSecret(arn, text, from);
  }

  /** New keys; the secrets have them from an instant on. */
  Runnable rollKeys(String number, Instant from) {
    String write = "rk_test_write" + number + "x" + scenario.seed();
    String read = "rk_test_read" + number + "x" + scenario.seed();
    secrets.add(write);
    secrets.add(read);
    stripe.addKey(write, Permission.BILLING_METER_EVENT_WRITE);
    stripe.addKey(
        read,
        Permission.BILLING_METER_READ,
        Permission.BILLING_METER_EVENT_READ,
        Permission.EVENT_READ);
    secret(STRIPE_SECRET, write, from);
    secret(READ_SECRET, read, from);
    return () -> {
      stripe.removeKey(write);
      stripe.removeKey(read);
    };
  }

  /** A rotation: the database knows the new password at once, the secret a while later. */
  void rotatePassword(String password, Instant known) {
    database.database().changePassword(password);
    secrets.add(password);
    secret(DATABASE_SECRET, database.database().secretJson(), known);
  }

  private void hour(Instant hour) {
    Instant next = scenario.sleeps() ? LongSleep.next(begin, hour) : hour.plus(HOUR);
    if (next.isBefore(end)) {
      agenda.at(next, () -> hour(next));
    }
    if (!chaos.strikes(FaultKind.TICK_MISSED, often() * 0.3)) {
      plan(hour, clock.instant().plusMillis(500 + chance.nextInt(5000)));
    }
    if (chaos.strikes(FaultKind.TICK_DOUBLED, often() * 0.3)) {
      plan(hour, clock.instant().plusSeconds(1 + chance.nextInt(600)));
    }
    if (scenario.sleeps()) {
      sleep.hour(hour);
    }
    happenings.hour(hour);
  }

  private void plan(Instant hour, Instant at) {
    String run = "tick-" + ++runs;
    agenda.at(at, () -> tick(hour, run, 0));
  }

  /** The rule's event, up to three times: Lambda tries again what fails. */
  private void tick(Instant hour, String run, int attempt) {
    Map<String, Object> event =
        Map.of(
            "source",
            "aws.events",
            "detail-type",
            "Scheduled Event",
            "time",
            hour.toString(),
            "detail",
            Map.of());
    if (scheduler(run, event).failure() != null && attempt < 2) {
      agenda.at(
          clock.instant().plusSeconds(attempt == 0 ? 60 : 120), () -> tick(hour, run, attempt + 1));
    }
  }

  /** An invocation of the scheduler, and what it did to the ledger. */
  Functions.Invoked<Map<String, Object>> scheduler(String run, Map<String, Object> event) {
    log.takeMetrics();
    byPerson = !event.getOrDefault("command", "tick").equals("tick");
    story.line("scheduler " + run + " " + event.getOrDefault("command", "event"));
    Functions.Invoked<Map<String, Object>> invoked = functions.scheduler(run, event);
    moved();
    byPerson = false;
    Map<String, Double> metrics = log.takeMetrics();
    if (metrics.containsKey("TickCompleted")) {
      judge.rang(metrics);
    }
    if (!invoked.died() && metrics.containsKey("TickCompleted") && !isUntold(invoked.failure())) {
      told(metrics);
    }
    return invoked;
  }

  /** What was told and is not committed is told again. */
  private static boolean isUntold(@Nullable String failure) {
    return failure != null && failure.startsWith("measuring the ledger ");
  }

  /** What a tick shows is what stands in the ledger. */
  private void told(Map<String, Double> metrics) {
    Map<String, Long> open = database.open(begin);
    Map.of(
            "OpenRejected", "rejected",
            "OpenUnresolved", "unresolved",
            "OpenDiscrepancies", "discrepancy",
            "OpenExpired", "expired")
        .forEach(
            (metric, status) -> {
              if (metrics.getOrDefault(metric, -1.0).longValue() != open.getOrDefault(status, 0L)) {
                judge.violated(
                    "gauges show the ledger", metric + " " + metrics + " but " + open, null);
              }
            });
    if (open.getOrDefault("untold", 0L) > 0) {
      judge.violated("every exception is told at the next tick", open.toString(), null);
    }
    told = metrics;
  }

  private Map<String, Double> told = Map.of();

  private void moved() {
    Set<Reading> touched = new LinkedHashSet<>();
    for (Move move : database.moves()) {
      judge.moved(move, byPerson);
      touched.add(move.report().reading());
      if (move.arrow().equals("pending>rejected") && move.report().reading().meter().equals(LAST)) {
        happenings.refusedLast();
      }
    }
    touched.forEach(judge::settled);
    log.leaks().forEach(line -> judge.violated("no secret is logged", line, null));
    for (SimulatedQueue queue : List.of(reports, outcomes, verifications)) {
      lies(queue);
    }
  }

  private void lies(SimulatedQueue queue) {
    int held = isLong() ? queue.received() : queue.depth();
    if (held > QUEUE_MOST) {
      judge.violated("queues stay short", queue.name() + " holds " + held, null);
    }
    Duration oldest = queue.oldest(clock.instant());
    if (oldest.compareTo(isLong() ? CAUGHT_UP : WORKED_OFF) > 0) {
      judge.violated("no message lies for hours", queue.name() + " for " + oldest, null);
    }
  }

  private void onSent(SimulatedQueue queue, String body) {
    if (queue == reports) {
      if (judge.isInShadow(body)) {
        moved();
      }
      judge.published(body);
    }
  }

  private void polls() {
    for (SimulatedQueue queue : List.of(reports, outcomes, verifications)) {
      Instant visible = queue.nextVisible();
      if (visible == null) {
        continue;
      }
      Instant earliest =
          Stream.of(visible, clock.instant(), idle.getOrDefault(queue, Instant.MIN))
              .max(Instant::compareTo)
              .orElseThrow();
      Instant planned = polls.get(queue);
      if (planned == null || earliest.plusSeconds(3).isBefore(planned)) {
        Instant at = earliest.plusMillis(100 + chance.nextInt(2900));
        polls.put(queue, at);
        agenda.at(at, () -> poll(queue, at));
      }
    }
  }

  private void poll(SimulatedQueue queue, Instant planned) {
    if (!planned.equals(polls.get(queue))) {
      return;
    }
    polls.remove(queue);
    if (chaos.strikes(FaultKind.LAMBDA_IDLE, 0.05)) {
      idle(
          queue,
          clock
              .instant()
              .plus(
                  chaos.between(
                      FaultKind.LAMBDA_IDLE, Duration.ofMinutes(20), Duration.ofHours(4))));
      return;
    }
    // A long world has days of outcomes to catch up with: several recorders at once.
    int instances = queue == outcomes && isLong() ? 4 : 1;
    int most = queue == outcomes ? 10 : queue == reports ? 200 : 50;
    for (int i = 0; i < instances; i++) {
      SQSEvent batch =
          queue.receive(clock.instant(), chance.nextInt(8) == 0 ? 1 + chance.nextInt(4) : most);
      if (batch != null) {
        work(queue, batch);
      }
    }
  }

  private void work(SimulatedQueue queue, SQSEvent batch) {
    if (queue == reports) {
      batch.getRecords().forEach(this::age);
      judge.working(batch.getRecords().stream().map(SQSMessage::getBody).toList());
    }
    story.line(queue.name() + " " + batch.getRecords().size());
    FunctionName name =
        queue == reports
            ? FunctionName.REPORTER
            : queue == outcomes ? FunctionName.RECORDER : FunctionName.VERIFIER;
    Functions.Invoked<SQSBatchResponse> invoked = functions.batch(name, batch);
    invoked.answer().ifPresent(answer -> done(queue, batch, answer));
    if (queue == outcomes) {
      moved();
    }
    refusedLater();
  }

  /** The mapping deletes what the function does not give back, as far as it succeeds. */
  private void done(SimulatedQueue queue, SQSEvent batch, SQSBatchResponse answer) {
    Set<String> ids = SimulatedQueue.ids(batch);
    answer.getBatchItemFailures().forEach(each -> ids.remove(each.getItemIdentifier()));
    if (chaos.strikes(FaultKind.SQS_VISIBILITY_RUNS_OUT, 0.3)) {
      queue.show(ids, clock.instant().plusSeconds(1));
      return;
    }
    ids.removeIf(_ -> chaos.strikes(FaultKind.SQS_DELETE_FAILS, 0.1));
    queue.delete(ids);
  }

  /** A copy of the release before does not say when it was captured. */
  private void age(SQSMessage message) {
    if (message.getBody().contains("\"v\":1,")
        && chaos.strikes(FaultKind.LAMBDA_OLD_MESSAGE, 0.1)) {
      message.setBody(message.getBody().replaceFirst(",\"capturedAt\":\"[^\"]*\"", ""));
    }
  }

  /** Stripe has answered with success: what the oracle is to know of it. */
  private void answered(URI asked, byte[] body) {
    if (asked.getPath().endsWith("/meter_events")) {
      judge.took(identifier(body));
    } else if (asked.getPath().endsWith("/event_summaries")) {
      String query = asked.getQuery();
      Set<Instant> used = new HashSet<>();
      for (JsonNode row : json(body).path("data")) {
        if (row.path("aggregated_value").asDouble() != 0) {
          used.add(Instant.ofEpochSecond(row.path("start_time").asLong()));
        }
      }
      meters.stream()
          .filter(meter -> asked.getPath().contains("/" + meter.id() + "/"))
          .forEach(
              meter ->
                  judge.shown(
                      meter.eventName(),
                      argument("customer", query),
                      Instant.ofEpochSecond(Long.parseLong(argument("start_time", query))),
                      Instant.ofEpochSecond(Long.parseLong(argument("end_time", query))),
                      used));
    }
  }

  private static String argument(String name, String query) {
    return Stream.of(query.split("&"))
        .filter(each -> each.startsWith(name + "="))
        .map(each -> each.substring(name.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  private static String identifier(byte[] answer) {
    return json(answer).path("identifier").asText();
  }

  private static JsonNode json(byte[] answer) {
    try {
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stripe's notifications of what it has refused later come by the event bus. */
  private void refusedLater() {
    List<ErrorReport> all = stripe.errorReports();
    for (; toldRefusals < all.size(); toldRefusals++) {
      ErrorReport report = all.get(toldRefusals);
      if (report.reportedAt().plus(GATHERED).isAfter(clock.instant())) {
        return;
      }
      report.identifiers().forEach(judge::refusedLater);
      String body = report.envelope();
      verifications.send(body, clock.instant(), Duration.ofSeconds(30 + chance.nextInt(40) * 60L));
      if (chance.nextInt(5) == 0) {
        verifications.send(body, clock.instant(), Duration.ofMinutes(chance.nextInt(300)));
      }
    }
  }

  /** What must hold when all has had its time. */
  private void settle() {
    LastJudge last = new LastJudge(judge, source);
    last.left(database.rows(), clock.instant());
    people.acknowledge(Duration.between(begin, end).plus(HOUR));
    moved();
    scheduler("last", Map.of("command", "tick", "by", "operator"));
    // Only who sleeps for a month may find an hour too old.
    Set<Instant> skipped = scenario.sleeps() ? database.skipped() : Set.of();
    last.judge(database.rows(), database.hours(), skipped, chaosEnd);
    for (String gauge :
        List.of(
            "OpenRejected",
            "OpenUnresolved",
            "OpenDiscrepancies",
            "OpenExpired",
            "HoursShadowedAfterLive",
            "MeterProblems",
            "OldestUncapturedAge")) {
      if (told.getOrDefault(gauge, -1.0) != 0) {
        judge.violated("every alarm ends with its cause", gauge + " in " + told, null);
      }
    }
  }

  VirtualClock clock() {
    return clock;
  }

  Chaos chaos() {
    return chaos;
  }

  Agenda agenda() {
    return agenda;
  }

  Story story() {
    return story;
  }

  People people() {
    return people;
  }

  Nature nature() {
    return nature;
  }

  List<FakeMeter> meters() {
    return meters;
  }

  FakeStripe stripe() {
    return stripe;
  }

  StripeFaults stripeFaults() {
    return stripeFaults;
  }

  SimulatedDriver driver() {
    return driver;
  }

  Functions functions() {
    return functions;
  }

  Instant begin() {
    return begin;
  }

  /** A person tells Stripe of something that the ledger knows nothing of; withdraws it again. */
  Runnable billByHand(SimulationDatabase.Found found, long value) {
    String name = found.reading().meter();
    Instant at = found.reading().eventTime(source.kind(name));
    FakeMeter meter =
        meters.stream().filter(each -> each.eventName().equals(name)).findFirst().orElseThrow();
    Runnable withdraw =
        stripe.countByHand(meter, found.customer(), java.math.BigDecimal.valueOf(value), at);
    judge.bill().byHand(name, found.customer(), at);
    story.line("by hand " + value + " for " + found);
    return withdraw;
  }

  /** Stripe's summaries of one customer are later than the others'. */
  void isLate(String customer) {
    judge.isLate(customer);
  }

  SimulationDatabase database() {
    return database;
  }

  boolean isLong() {
    return scenario.isLong();
  }

  /** What happens by the hour happens more often in a long world: five show all a hundred times. */
  double often() {
    return isLong() ? 1.4 : 1;
  }

  /** Nothing of a queue is worked on until then. */
  void idle(SimulatedQueue queue, Instant until) {
    idle.merge(queue, until, java.util.function.BinaryOperator.maxBy(Comparator.naturalOrder()));
    queue.rest(clock.instant(), until);
    polls.remove(queue);
  }

  /** Whether what is captured from now on is billed. */
  void bills(boolean bills) {
    judge.bills(bills);
  }

  SimulatedQueue outcomes() {
    return outcomes;
  }

  List<SimulatedQueue> queues() {
    return List.of(reports, outcomes, verifications);
  }

  @Override
  public void close() {
    functions.close();
    driver.close();
    log.close();
    stripe.close();
  }
}
