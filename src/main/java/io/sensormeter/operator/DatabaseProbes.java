package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.ledger.Inspection;
import io.sensormeter.ledger.Inspection.Schema;
import io.sensormeter.ledger.Inspection.Session;
import io.sensormeter.ledger.LedgerException;
import io.sensormeter.ledger.Login;
import io.sensormeter.meter.Hour;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;

/** From the secret to the ledger, and on to the source: what {@code check} asks of them. */
final class DatabaseProbes {

  private static final int VERSION_LEAST = 140_000;

  /** The driver has no SQLSTATE of its own for these. */
  private static final Pattern TLS_FAILURE =
      Pattern.compile("SSL|certificat|could not be verified|PKIX");

  private final SchedulerSettings settings;
  private final Secrets secrets;
  private final Reach reach;

  DatabaseProbes(SchedulerSettings settings, Secrets secrets, String region) {
    this.settings = settings;
    this.secrets = secrets;
    this.reach =
        new Reach(
            "Secrets Manager",
            "secretsmanager",
            region,
            "SECRETS_MANAGER_ENDPOINT",
            settings.secretsManagerEndpoint());
  }

  /** Takes at most 20 s; writes nothing. */
  List<Finding> findings(Hour hour) {
    Findings findings = new Findings();
    Optional<Login> login = login(findings);
    Optional<Inspection> opened = login.flatMap(known -> open(findings, known));
    if (login.isEmpty()) {
      findings.add(Finding.bad("database", "not examined: without the secret nobody connects"));
    }
    try {
      Connected connected = new Connected(findings, opened);
      connected.probe("tls", this::tls);
      connected.probe("version", DatabaseProbes::version);
      connected.probe("schema", DatabaseProbes::schema);
      connected.probe("ledger", this::ledger);
      connected.probe("role", DatabaseProbes::role);
      SourceProbes source = new SourceProbes(settings.shippedSource(), hour);
      connected.probe("tables", source::tables);
      connected.probe("source", source::function);
      connected.probe("reading", source::reading);
      connected.probe("customers", source::customers);
      connected.probe("hours", new HourProbe(settings, hour)::hours);
    } finally {
      opened.ifPresent(Inspection::close);
    }
    return findings.all();
  }

  /** Probes that need the connection. */
  private record Connected(Findings findings, Optional<Inspection> inspection) {

    void probe(String item, Function<Inspection, Finding> probe) {
      if (inspection.isPresent()) {
        findings.probe(item, () -> probe.apply(inspection.get()));
      } else {
        findings.add(Finding.bad(item, "not examined: the database was not reached"));
      }
    }
  }

  private Optional<Login> login(Findings findings) {
    String arn = settings.database().secretArn();
    return findings.attempt(
        "secret",
        () -> Login.read(settings.database(), secrets.refresh(arn, Inspection.TIMEOUT)),
        login -> "read from Secrets Manager; it names the role " + login.user(),
        e ->
            e instanceof SdkException sdk
                ? reach.failure(sdk, "secretsmanager:GetSecretValue", arn)
                : Findings.oneLine(e));
  }

  private Optional<Inspection> open(Findings findings, Login login) {
    return findings.attempt(
        "database",
        () -> Inspection.open(settings.database(), login),
        _ -> "connected to %s as %s".formatted(login.address(), login.user()),
        e ->
            Findings.oneLine(e)
                + (e instanceof LedgerException refused ? ". " + remedy(refused) : ""));
  }

  /** By SQLSTATE; the driver's own 08… stand for "no answer" and for TLS. */
  private String remedy(LedgerException e) {
    String state = e.sqlState();
    if (state.startsWith("28")) {
      return "Is it the role's password in the secret, and may the role connect from here? Just"
          + " after a rotation, try again in a minute";
    }
    if (state.equals("3D000")) {
      return "DATABASE_NAME, or \"dbname\" in the secret, must name the application's database";
    }
    if (state.equals("42501")) {
      return "Run role.sql, see 'The database role' in the README";
    }
    if (settings.database().tls() && TLS_FAILURE.matcher(Findings.oneLine(e)).find()) {
      return "DATABASE_SSL_MODE=verify-full asks for TLS and a certificate of Amazon RDS that names"
          + " DATABASE_HOST: is it the name the console shows?";
    }
    if (state.startsWith("08") || state.isEmpty()) {
      return "Check DATABASE_HOST and DATABASE_PORT, that the function's subnets reach them, and that the database's security group lets the function's in (a server gets %d s to answer)"
          .formatted(Inspection.TIMEOUT.toSeconds());
    }
    return "Nothing of the database was examined";
  }

  private Finding tls(Inspection inspection) {
    Session session = inspection.session();
    if (!settings.database().tls()) {
      return Finding.good(
          "tls",
          "not in use: DATABASE_SSL_MODE=disable, which is accepted only for a server on this"
              + " machine");
    }
    if (session.tls() == null) {
      return Finding.warning(
          "tls",
          "in use from here with the server's certificate and name verified, but the server itself"
              + " sees none: right behind a proxy, let the proxy use TLS too");
    }
    return Finding.good(
        "tls",
        "in use: %s, %s; the server's certificate and name are verified"
            .formatted(session.tls(), session.cipher()));
  }

  private static Finding version(Inspection inspection) {
    Session session = inspection.session();
    return session.versionNumber() >= VERSION_LEAST
        ? Finding.good("version", "PostgreSQL " + session.version())
        : Finding.bad(
            "version", "PostgreSQL " + session.version() + ": the ledger needs 14 or newer");
  }

  private static Finding schema(Inspection inspection) {
    Optional<Schema> known = inspection.schema();
    String role = inspection.session().role();
    if (known.isEmpty()) {
      return Finding.bad(
          "schema",
          "schema metering does not exist: run role.sql, or: create schema metering authorization %s"
              .formatted(SourceProbes.quoted(role)));
    }
    Schema schema = known.get();
    if (!schema.usable()) {
      return Finding.bad(
          "schema",
          "schema metering belongs to %s and %s may not create in it; run: alter schema metering owner to %s"
              .formatted(schema.owner(), role, SourceProbes.quoted(role)));
    }
    if (!schema.foreign().isEmpty()) {
      return Finding.bad(
          "schema",
          "in schema metering, %s belong to another role, so that no migration can change them; run for each: alter table metering.… owner to %s"
              .formatted(String.join(", ", schema.foreign()), SourceProbes.quoted(role)));
    }
    return Finding.good("schema", "metering, owned by %s".formatted(schema.owner()));
  }

  private Finding ledger(Inspection inspection) {
    Optional<Schema> schema = inspection.schema();
    if (schema.isEmpty() || !schema.get().usable()) {
      return Finding.bad("ledger", "not examined: schema metering comes first");
    }
    List<String> pending = inspection.pendingMigrations(settings.shippedSource());
    if (!schema.get().ledger()) {
      return Finding.good(
          "ledger", "will be made at the first tick: " + String.join(", ", pending));
    }
    return Finding.good(
        "ledger",
        pending.isEmpty()
            ? "migrated to this release"
            : "will be brought to this release at the next tick: " + String.join(", ", pending));
  }

  private static Finding role(Inspection inspection) {
    Inspection.Excess excess = inspection.excess();
    List<String> too = new ArrayList<>();
    if (!excess.attributes().isEmpty()) {
      too.add("is " + String.join(", ", excess.attributes()));
    }
    if (!excess.writable().isEmpty()) {
      too.add("may write to " + String.join(", ", excess.writable()));
    }
    String role = inspection.session().role();
    return too.isEmpty()
        ? Finding.good("role", role + " may write nowhere but in schema metering")
        : Finding.warning(
            "role",
            "%s %s: it needs none of that; role.sql makes a role that has only what it needs"
                .formatted(role, String.join(" and ", too)));
  }
}
