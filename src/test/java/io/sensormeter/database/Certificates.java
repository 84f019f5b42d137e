package io.sensormeter.database;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Certificates as OpenSSL and the driver read them, made by the JDK's own keytool in one folder.
 */
final class Certificates {
  private static final String PASSWORD = "changeit";

  private final Path directory;
  private final Path store;

  Certificates(Path directory) {
    this.directory = directory;
    this.store = directory.resolve("keys.p12");
  }

  /** PEM files: a certificate, and its key readable by its owner only. */
  record Pair(Path certificate, Path key) {}

  /** A certificate authority that nobody trusts yet; its certificate. */
  Path authority(String alias) throws IOException, GeneralSecurityException {
    keytool("-alias", alias, "-dname", "CN=" + alias, "-ext", "bc:c=ca:true", "-validity", "10");
    return certificate(alias);
  }

  /**
   * A server's certificate for host {@code localhost}.
   *
   * @param startDate as keytool's: {@code -1d}
   */
  Pair server(String alias, String authority, String startDate, int validDays)
      throws IOException, GeneralSecurityException {
    keytool(
        "-alias",
        alias,
        "-dname",
        "CN=" + alias,
        "-ext",
        "san=dns:localhost",
        "-signer",
        authority,
        "-startdate",
        startDate,
        "-validity",
        String.valueOf(validDays));
    Path key = directory.resolve(alias + ".key");
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        key, pem("PRIVATE KEY", load().getKey(alias, PASSWORD.toCharArray()).getEncoded()));
    return new Pair(certificate(alias), key);
  }

  private Path certificate(String alias) throws IOException, GeneralSecurityException {
    return Files.writeString(
        directory.resolve(alias + ".pem"),
        pem("CERTIFICATE", load().getCertificate(alias).getEncoded()));
  }

  private KeyStore load() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private void keytool(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(command + ": " + output);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
  }
}
