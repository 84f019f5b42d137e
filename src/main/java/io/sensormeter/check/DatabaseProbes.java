package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.Login;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;

/** From the secret to a connection, and over it to everything in the database. */
final class DatabaseProbes {

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
  List<Finding> findings(Findings findings, Hour hour) {
    Optional<Login> login = login(findings);
    Optional<ReadOnly> opened = login.flatMap(known -> open(findings, known));
    if (login.isEmpty()) {
      findings.add(Finding.bad("database", "not examined: without the secret nobody connects"));
    }
    try {
      Connected connected = new Connected(findings, opened);
      connected.probe("tls", reads -> SchemaProbes.tls(settings, reads));
      connected.probe("version", SchemaProbes.VERSION::ask);
      connected.probe("encoding", SchemaProbes.ENCODING::ask);
      connected.probe("public", SchemaProbes.PUBLIC::ask);
      connected.probe("schema", SchemaProbes.SCHEMA::ask);
      connected.probe("ledger", reads -> SchemaProbes.ledger(settings, reads));
      connected.probe("stack", reads -> new StackProbe(settings, reads).owner());
      connected.probe("role", SchemaProbes.ROLE::ask);
      if (settings.shippedSource()) {
        connected.probe("tables", TableProbes.TABLES::ask);
        connected.probe("customers", TableProbes.customers(hour)::ask);
      }
      connected.probe("source", reads -> new SourceProbes(settings, reads, hour).function());
      connected.probe("reading", reads -> new SourceProbes(settings, reads, hour).reading());
      connected.probe(
          "meters in Stripe", reads -> new VerificationProbes(settings, reads).meters());
      connected.probe(
          "reads of Stripe", reads -> new VerificationProbes(settings, reads).allocation());
      connected.probe("hours", reads -> new HourProbe(settings, reads, hour).hours());
    } finally {
      opened.ifPresent(ReadOnly::close);
    }
    return findings.all();
  }

  /** Probes that need the connection. */
  private record Connected(Findings findings, Optional<ReadOnly> reads) {

    void probe(String item, Function<ReadOnly, Finding> probe) {
      if (reads.isPresent()) {
        findings.probe(item, () -> probe.apply(reads.get()));
      } else {
        findings.add(Finding.bad(item, "not examined: the database was not reached"));
      }
    }
  }

  private Optional<Login> login(Findings findings) {
    String arn = settings.database().secretArn();
    return findings.attempt(
        "secret",
        () -> Login.read(settings.database(), secrets.refresh(arn, Check.TIMEOUT)),
        login -> "read from Secrets Manager; it names the role " + login.user(),
        e ->
            e instanceof SdkException sdk
                ? reach.failure(sdk, "secretsmanager:GetSecretValue", arn)
                : Findings.oneLine(e));
  }

  private Optional<ReadOnly> open(Findings findings, Login login) {
    return findings.attempt(
        "database",
        () -> ReadOnly.connect(settings.database(), login, Check.TIMEOUT),
        _ -> "connected to %s as %s".formatted(login.address(), login.user()),
        e ->
            Findings.oneLine(e)
                + (e instanceof DatabaseException refused ? ". " + remedy(refused) : ""));
  }

  /** By SQLSTATE; the driver's own 08… stand for "no answer" and for TLS. */
  private String remedy(DatabaseException e) {
    String state = e.sqlState();
    if (state.startsWith("28")) {
      return "Is it the role's password in the secret, and may the role connect from here? Just"
          + " after a rotation, try again in a minute";
    }
    if (state.equals("3D000")) {
      return "DATABASE_NAME, or \"dbname\" in the secret, must name the application's database";
    }
    if (state.equals("42501")) {
      return "Run role.sql, see 'The database role' in docs/source.md";
    }
    if (settings.database().tls() && TLS_FAILURE.matcher(Findings.oneLine(e)).find()) {
      return "DATABASE_SSL_MODE=verify-full asks for TLS and a certificate of Amazon RDS that names"
          + " DATABASE_HOST: is it the name the console shows?";
    }
    if (state.startsWith("08") || state.isEmpty()) {
      return "Check DATABASE_HOST and DATABASE_PORT, that the function's subnets reach them, and that the database's security group lets the function's in (a server gets %d s to answer)"
          .formatted(Check.TIMEOUT.toSeconds());
    }
    return "Nothing of the database was examined";
  }
}
