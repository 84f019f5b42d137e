package io.sensormeter.config;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the ledger is. What is absent here comes from the secret.
 *
 * @param secretArn the secret with {@code username}, {@code password} and perhaps host, port,
 *     dbname
 * @param host wins over the secret's
 * @param port wins over the secret's; 5432 if neither says
 * @param name wins over the secret's
 * @param tls false only for a server on this very machine
 * @param authorities PEM file of the certificate authorities trusted with {@code tls}: the shipped
 *     bundle of Amazon RDS; no variable sets it, tests have their own
 */
public record DatabaseSettings(
    String secretArn,
    Optional<String> host,
    Optional<Integer> port,
    Optional<String> name,
    boolean tls,
    Path authorities) {

  private static final List<String> LOCAL_HOSTS =
      List.of("localhost", "127.0.0.1", "::1", "host.docker.internal");

  private static final String PLAIN_ONLY =
      "DATABASE_SSL_MODE is 'disable': only with a host that is one of "
          + String.join(", ", LOCAL_HOSTS);

  /**
   * Refuses to talk in the clear to another machine, also where the secret names the host.
   *
   * @throws IllegalStateException saying which hosts may be connected without TLS
   */
  public void requireTlsUnlessLocal(String connectedHost) {
    if (!tls && !mayBePlain(connectedHost)) {
      throw new IllegalStateException(PLAIN_ONLY + ", not " + connectedHost);
    }
  }

  private static boolean mayBePlain(String host) {
    return LOCAL_HOSTS.contains(host);
  }

  static DatabaseSettings read(Variables variables) {
    return read(
        variables,
        variables.required("DATABASE_SECRET_ARN", "the secret that holds username and password"));
  }

  /** As who may only read, where there is such a role. */
  static DatabaseSettings readForView(Variables variables) {
    Optional<String> view = variables.optional("DATABASE_VIEW_SECRET_ARN");
    return view.isPresent() ? read(variables, view.get()) : read(variables);
  }

  private static DatabaseSettings read(Variables variables, String secretArn) {
    Optional<String> host = variables.optional("DATABASE_HOST");
    String sslMode = variables.optional("DATABASE_SSL_MODE").orElse("verify-full");
    if (!List.of("verify-full", "disable").contains(sslMode)) {
      variables.problem("DATABASE_SSL_MODE is '" + sslMode + "': verify-full (default) or disable");
    }
    boolean tls = !sslMode.equals("disable");
    if (!tls && !host.map(DatabaseSettings::mayBePlain).orElse(true)) {
      variables.problem(PLAIN_ONLY);
    }
    Optional<Integer> port =
        variables
            .optional("DATABASE_PORT")
            .map(_ -> variables.number("DATABASE_PORT", 1, 65535, 5432));
    return new DatabaseSettings(
        secretArn, host, port, variables.optional("DATABASE_NAME"), tls, shippedAuthorities());
  }

  /** The driver wants a file, and in Lambda resources are files: the layout has no jar of ours. */
  static Path shippedAuthorities() {
    URL resource =
        Objects.requireNonNull(
            DatabaseSettings.class.getResource("/tls/rds-ca-bundle.pem"), "the RDS bundle ships");
    try {
      return Path.of(resource.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(resource + " is no file", e);
    }
  }
}
