package io.sensormeter.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Between the product and its PostgreSQL: connections to host {@value #HOST} are real ones, that
 * can break, before and after a commit, and meet the gate. Other connections are none of its.
 */
final class SimulatedDriver implements Driver, AutoCloseable {
  /** One of those that may be connected without TLS, and no host that a test connects to. */
  static final String HOST = "host.docker.internal";

  private static final String URL = "jdbc:postgresql://" + HOST + ":";
  private static final Duration LATENCY = Duration.ofMillis(2);
  private static final String LOCAL = "set local ";

  /** The product has each statement planned anew each time: a proxy may sit in between. */
  private static final Map<String, String> PLANNED_ONCE =
      Map.of("prepareThreshold", "1", "preparedStatementCacheQueries", "1000");

  /** {@code discard all} but for the plans, which cost more than all else that a world asks. */
  private static final String RESET =
      "close all; reset all; unlisten *; select pg_advisory_unlock_all();"
          + " discard sequences; discard temp";

  private static final String CONNECTION_FAILURE = "08006";
  private static final String QUERY_CANCELED = "57014";

  private final Driver real;
  private final Gate gate;
  private final Chaos chaos;
  private final List<Wire> open = new ArrayList<>();
  private final Map<String, Deque<Connection>> pooled = new HashMap<>();
  private final Set<String> admitted = new HashSet<>();

  private SimulatedDriver(Driver real, Gate gate, Chaos chaos) {
    this.real = real;
    this.gate = gate;
    this.chaos = chaos;
  }

  /** Before the real one, which would look for the host. */
  static SimulatedDriver register(Gate gate, Chaos chaos) {
    try {
      Driver real = DriverManager.getDriver("jdbc:postgresql://127.0.0.1/");
      SimulatedDriver driver = new SimulatedDriver(real, gate, chaos);
      DriverManager.deregisterDriver(real);
      DriverManager.registerDriver(driver);
      DriverManager.registerDriver(real);
      return driver;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    breakAll();
    try {
      for (Deque<Connection> idle : pooled.values()) {
        for (Connection each : idle) {
          each.close();
        }
      }
      DriverManager.deregisterDriver(this);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every connection dies, as when the server restarts. */
  void breakAll() {
    List.copyOf(open).forEach(Wire::cut);
  }

  /** Every connection dies, and each password is asked for anew. */
  void rotated() {
    breakAll();
    admitted.clear();
  }

  /** Those of an environment that is dead. */
  void breakThoseOf(Environment dead) {
    List.copyOf(open).stream().filter(each -> each.owner == dead).forEach(Wire::cut);
  }

  @Override
  public @Nullable Connection connect(String url, Properties properties) throws SQLException {
    if (!url.startsWith(URL)) {
      return null;
    }
    gate.before(LATENCY);
    String user = properties.getProperty("user");
    Wire wire = new Wire(connected(url, user, properties), user, gate.environment());
    open.add(wire);
    gate.after();
    return proxy(Connection.class, wire);
  }

  /** One that was kept, for who has shown the password: its plans cost more than a world's day. */
  private Connection connected(String url, String user, Properties properties) throws SQLException {
    Connection fresh = null;
    if (!admitted.contains(properties.getProperty("password")) || idle(user).isEmpty()) {
      Properties planned = new Properties();
      planned.putAll(properties);
      planned.putAll(PLANNED_ONCE);
      fresh = real.connect(url.replace(HOST, "127.0.0.1"), planned);
      admitted.add(properties.getProperty("password"));
    }
    Connection kept = idle(user).poll();
    if (kept == null) {
      return java.util.Objects.requireNonNull(fresh);
    }
    if (fresh != null) {
      fresh.close();
    }
    return kept;
  }

  private Deque<Connection> idle(String user) {
    return pooled.computeIfAbsent(user, _ -> new ArrayDeque<>());
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object call(
      Object target, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static SQLException lost(String when) {
    return new SQLException("An I/O error occurred " + when + ".", CONNECTION_FAILURE);
  }

  /** A connection. */
  private final class Wire implements InvocationHandler {
    private final Connection connection;
    private final String user;
    private final @Nullable Environment owner;
    private boolean broken;
    // What each transaction is begun with, had for the session: a third of all round trips.
    private String settings = "";

    private Wire(Connection connection, String user, @Nullable Environment owner) {
      this.connection = connection;
      this.user = user;
      this.owner = owner;
    }

    /** The server rolls back what is not committed. */
    private void cut() {
      broken = true;
      open.remove(this);
      try {
        end();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    /** As good as new, for the next who connects: a server's process costs more than an hour. */
    private void end() throws SQLException {
      if (connection.isClosed()) {
        return;
      }
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
      connection.setReadOnly(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute(RESET);
      }
      idle(user).push(connection);
    }

    @Override
    public @Nullable Object invoke(
        Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      String name = method.getName();
      if (name.equals("isValid")) {
        return !broken && !connection.isClosed();
      }
      if (name.equals("isClosed")) {
        return broken || connection.isClosed();
      }
      if (name.equals("close")) {
        if (!broken) {
          cut();
        }
        return null;
      }
      if (broken) {
        throw lost("while using a connection that is gone");
      }
      return switch (name) {
        case "commit" -> commit();
        case "rollback" -> {
          settings = "";
          yield call(connection, method, arguments);
        }
        case "prepareStatement" ->
            proxy(
                PreparedStatement.class,
                new Work(this, (Statement) result(method, arguments), text(arguments)));
        case "createStatement" ->
            proxy(Statement.class, new Work(this, (Statement) result(method, arguments), ""));
        default -> call(connection, method, arguments);
      };
    }

    private Object result(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      return java.util.Objects.requireNonNull(call(connection, method, arguments));
    }

    private static String text(@Nullable Object @Nullable [] arguments) {
      return arguments == null ? "" : String.valueOf(arguments[0]);
    }

    private @Nullable Object commit() throws SQLException {
      gate.before(LATENCY);
      if (chaos.strikes(FaultKind.POSTGRES_LOST_BEFORE_COMMIT, 0.02)) {
        cut();
        throw lost("while sending to the backend");
      }
      connection.commit();
      gate.after();
      if (chaos.strikes(FaultKind.POSTGRES_LOST_AFTER_COMMIT, 0.02)) {
        cut();
        throw lost("while reading from the backend");
      }
      return null;
    }
  }

  /** A statement. */
  private final class Work implements InvocationHandler {
    private final Wire wire;
    private final Statement statement;
    private final String sql;

    private Work(Wire wire, Statement statement, String sql) {
      this.wire = wire;
      this.statement = statement;
      this.sql = sql;
    }

    @Override
    public @Nullable Object invoke(
        Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      if (!method.getName().startsWith("execute")) {
        return call(statement, method, arguments);
      }
      if (wire.broken) {
        throw lost("while sending to the backend");
      }
      gate.before(LATENCY);
      String settings = sql.isEmpty() ? Wire.text(arguments) : "";
      if (settings.startsWith(LOCAL)) {
        set(settings);
        return false;
      }
      if (!sql.isEmpty() && chaos.strikes(FaultKind.POSTGRES_STATEMENT_TIMEOUT, 0.02)) {
        throw new SQLException("canceling statement due to statement timeout", QUERY_CANCELED);
      }
      Object result = call(statement, method, arguments);
      gate.after();
      return result;
    }

    private void set(String settings) throws SQLException {
      if (!settings.equals(wire.settings)) {
        statement.execute(settings.replace(LOCAL, "set "));
        wire.settings = settings;
      }
    }
  }

  @Override
  public boolean acceptsURL(String url) {
    return url.startsWith(URL);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
    return new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("io.sensormeter.simulation");
  }
}
