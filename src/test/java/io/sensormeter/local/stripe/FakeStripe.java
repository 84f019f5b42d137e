package io.sensormeter.local.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.local.http.LoopbackServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stripe's billing meters over HTTP on 127.0.0.1, with state: what was sent twice is billed twice
 * here as it would be there. Strict where docs/stripe-facts.md states a rule, whose sections the
 * comments of this package cite; where it says "open", a setting chooses.
 *
 * <p>Thread-safe; settings hold for the calls that start after them. {@link #close()} throws if the
 * fake itself failed while answering.
 */
public final class FakeStripe implements AutoCloseable {
  private final InstantSource clock;
  private final Rules rules = new Rules();
  private final Keys keys = new Keys();
  private final Account account;
  private final ReadEndpoint reads;
  private final MeterEventEndpoint events;
  private final LoopbackServer server;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  private FakeStripe(InstantSource clock) {
    this.clock = clock;
    this.account = new Account(clock, rules);
    this.reads = new ReadEndpoint(clock, rules, keys, account);
    this.events = new MeterEventEndpoint(clock, rules, keys, account);
    this.server = LoopbackServer.start(Map.of("/", this::handle));
  }

  /** Listens on a free port; at first there is no key, no meter and no customer. */
  public static FakeStripe start(InstantSource clock) {
    return new FakeStripe(clock);
  }

  /** For {@code STRIPE_API_BASE}. */
  public URI base() {
    return URI.create("http://" + server.address());
  }

  /** Any other key meets 401; a call that needs another permission meets 403 naming it. */
  public void addKey(String restrictedKey, Permission... permissions) {
    keys.add(restrictedKey, Set.of(permissions));
  }

  public void removeKey(String key) {
    keys.remove(key);
  }

  /** A meter with the default payload keys; the window is null (raw), "hour" or "day". */
  public FakeMeter addMeter(String eventName, Formula formula, @Nullable String eventTimeWindow) {
    return addMeter(
        eventName,
        formula,
        eventTimeWindow,
        FakeMeter.DEFAULT_CUSTOMER_KEY,
        FakeMeter.DEFAULT_VALUE_KEY);
  }

  /** A meter that looks for customer and value under other payload keys. */
  public FakeMeter addMeter(
      String eventName,
      Formula formula,
      @Nullable String eventTimeWindow,
      String customerKey,
      String valueKey) {
    Window window = Window.of(eventTimeWindow);
    if (window == null) {
      throw new IllegalArgumentException("no such event_time_window: " + eventTimeWindow);
    }
    return account.addMeter(eventName, formula, window, customerKey, valueKey);
  }

  public void addCustomer(String id) {
    account.addCustomer(id);
  }

  /** From now on the customer is unknown; what it was billed stays. */
  public void deleteCustomer(String id) {
    account.deleteCustomer(id);
  }

  /** docs/stripe-facts.md, Payloads; default {@link UnknownCustomers#SYNCHRONOUS}. */
  public void unknownCustomers(UnknownCustomers mode) {
    rules.unknownCustomers = mode;
  }

  /** A missing customer or value and a bad value as a report instead of a 400. */
  public void invalidPayloadsAreReportedLater(boolean later) {
    rules.invalidPayloadsReportedLater = later;
  }

  /** docs/stripe-facts.md, Limits: 409 for a second call of one customer and meter; default on. */
  public void simultaneousCallsAreRefused(boolean refused) {
    rules.simultaneousRefused = refused;
  }

  /** docs/stripe-facts.md, Payloads: a zero has no written rule; default off, zero counts. */
  public void refuseZero(boolean refused) {
    rules.zeroRefused = refused;
  }

  public boolean zeroIsRefused() {
    return rules.zeroRefused;
  }

  /**
   * docs/stripe-facts.md, Identifiers: open; default on: an event refused for its timestamp,
   * customer or value, at once or later, uses up its identifier, and another event under it meets
   * "already exists".
   */
  public void refusedIdentifiersAreBurned(boolean burned) {
    rules.refusedIdentifiersBurned = burned;
  }

  /** As above for events that no active meter took; open, default off. */
  public void noActiveMeterBurnsIdentifiers(boolean burns) {
    rules.noActiveMeterBurnsIdentifiers = burns;
  }

  /** docs/stripe-facts.md, Meters: open; the last event by timestamp (default) or by receipt. */
  public void lastFollowsReceipt(boolean receipt) {
    rules.lastFollowsReceipt = receipt;
  }

  /** Time each call takes, within which it counts as simultaneous; default none. */
  public void latency(Duration perCall) {
    rules.latency = perCall;
  }

  /**
   * Summaries show only what was received at least this long ago, and what they have shown before;
   * default none.
   */
  public void summariesLagBehind(Duration lag) {
    rules.aggregation.lagBehind(lag, clock.instant());
  }

  /** The same for one customer alone. */
  public void summariesLagBehind(String customer, Duration lag) {
    rules
        .aggregationOfCustomer
        .computeIfAbsent(customer, _ -> new Aggregation())
        .lagBehind(lag, clock.instant());
  }

  /** docs/stripe-facts.md, Reading back: open; rows of 0 for hours without usage; default none. */
  public void emptyHoursHaveRows(boolean rows) {
    rules.emptyHoursHaveRows = rows;
  }

  /** docs/stripe-facts.md, Reading back: open; 400 (default) or 404. */
  public void unknownCustomersMeetAtSummaries(int status) {
    rules.unknownCustomerAtSummaries = status;
  }

  /**
   * A page holds no more, whatever the limit asked for: so that lists have several; default 100.
   */
  public void pagesHoldAtMost(int objects) {
    rules.pageMost = objects;
  }

  /**
   * docs/stripe-facts.md, Asynchronous refusals: rejections of a meter and code within seconds of
   * each other are one report, which names so many of them; default a report for each.
   */
  public void errorReportsGather(int samples) {
    rules.reportsGather = true;
    rules.samplesMost = samples;
  }

  /** docs/stripe-facts.md, Asynchronous refusals; default {@link SampleShape#IDENTIFIER}. */
  public void samplesAreNamedBy(SampleShape shape) {
    rules.sampleShape = shape;
  }

  /** How long an identifier is taken; default the 24 hours that Stripe promises at least. */
  public void identifiersAreUniqueFor(Duration duration) {
    account.identifiers().uniqueFor(duration);
  }

  /** 429 beyond so many meter events in any second of this fake's clock; default none. */
  public void rateLimit(int callsPerSecond) {
    rateLimit(callsPerSecond, clock);
  }

  /** As above on another clock, such as the real one when this fake's clock stands still. */
  public void rateLimit(int callsPerSecond, InstantSource limitClock) {
    rules.eventLimit = new RateLimit(callsPerSecond, limitClock);
  }

  /** docs/stripe-facts.md, Limits: the same for reads. */
  public void readRateLimit(int callsPerSecond, InstantSource limitClock) {
    rules.readLimit = new RateLimit(callsPerSecond, limitClock);
  }

  /** The next calls meet this fault, one each, after the faults already waiting. */
  public void onMeterEvent(Fault fault, int times) {
    events.faults.add(fault, times);
  }

  /**
   * Asked at every call that is permitted and not refused as simultaneous; null means no fault from
   * the script. While it decides, the call holds its customer and meter.
   */
  public void script(Function<MeterEventCall, @Nullable Fault> decides) {
    events.faults.script(decides);
  }

  /** The same for reads; a fault of what a call leaves behind is none of a read. */
  public void onRead(Fault fault, int times) {
    reads.faults.add(fault, times);
  }

  /** Asked at every read that is permitted and within the limits; null means no fault. */
  public void readScript(Function<ReadCall, @Nullable Fault> decides) {
    reads.faults.script(decides);
  }

  /** Ends the calls that hang now, without an answer. */
  public void releaseHeldCalls() {
    events.faults.release();
    reads.faults.release();
  }

  /**
   * What an invoice over this period bills the customer, by the meter's formula and window. With a
   * window, a window belongs to the period in which it ends (docs/stripe-facts.md, Invoices).
   */
  public BigDecimal aggregatedValue(
      String eventName, String customer, Instant startInclusive, Instant endExclusive) {
    return account.metersNamed(eventName).stream()
        .map(meter -> meter.billed(customer, startInclusive, endExclusive))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Sum over customers and UTC hours of the hour's value by the meter's formula and window. */
  public BigDecimal total(String eventName) {
    return account.total(eventName);
  }

  /** Events that count, in order of receipt, those replaced within their window included. */
  public List<ReceivedEvent> acceptedEvents() {
    return account.events();
  }

  /**
   * A person adds to what a meter counts; nobody is told.
   *
   * @return takes it back
   */
  public Runnable countByHand(
      FakeMeter meter, String customer, BigDecimal value, Instant timestamp) {
    var event =
        new ReceivedEvent(
            "by hand", meter.eventName(), customer, value, timestamp, clock.instant());
    meter.count(event);
    return () -> meter.forget(event);
  }

  /** Told of each event that counts, when it is received. */
  public void onAccepted(Consumer<ReceivedEvent> listener) {
    account.onAccepted(listener);
  }

  public List<ErrorReport> errorReports() {
    return account.reports();
  }

  /** Meter-event calls received, refused and unanswered ones included. */
  public long calls() {
    return events.traffic.calls();
  }

  /** Reads received: meters, summaries, events. */
  public long reads() {
    return reads.calls();
  }

  /** Most meter-event calls in progress at once. */
  public int maxSimultaneous() {
    return events.traffic.maxSimultaneous();
  }

  /** Meter-event answers by HTTP status; with {@link #unanswered()} they add up to the calls. */
  public Map<Integer, Long> answers() {
    return events.traffic.answers();
  }

  /** Meter-event calls whose connection was dropped. */
  public long unanswered() {
    return events.traffic.unanswered();
  }

  /** Ends every call and stops listening. */
  @Override
  public void close() {
    releaseHeldCalls();
    server.close();
    RuntimeException bug = failure.getAndSet(null);
    if (bug != null) {
      throw new IllegalStateException("the Stripe fake failed while answering", bug);
    }
  }

  /** Answers a call that came on no connection, in the caller's thread. */
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) { // closed without an answer, it drops the connection
      String requestId = "req_%014d".formatted(requests.incrementAndGet());
      HttpAnswer answer = answerOrRemember(exchange, requestId);
      if (answer != null) {
        send(exchange, answer, requestId);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() ends calls that sleep or hang
    }
  }

  /** Remembers the fake's own failure before the caller can see its connection drop. */
  private @Nullable HttpAnswer answerOrRemember(HttpExchange exchange, String requestId)
      throws IOException, InterruptedException {
    try {
      return answer(exchange, requestId);
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }

  private @Nullable HttpAnswer answer(HttpExchange exchange, String requestId)
      throws IOException, InterruptedException {
    String path = exchange.getRequestURI().getPath();
    if (exchange.getRequestMethod().equals("POST") && path.equals("/v1/billing/meter_events")) {
      return events.answer(exchange, requestId);
    }
    return reads.answer(exchange);
  }

  private static void send(HttpExchange exchange, HttpAnswer answer, String requestId)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    answer.headers().forEach(headers::set);
    headers.set("Request-Id", requestId);
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
