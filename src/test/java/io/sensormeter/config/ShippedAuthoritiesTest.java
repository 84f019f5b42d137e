package io.sensormeter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ShippedAuthoritiesTest {

  @Test
  void everyCertificateIsAnAuthorityOfAmazonThatHasNotExpired()
      throws IOException, GeneralSecurityException {
    List<X509Certificate> authorities = read();

    // Three kinds of key in each region; one region alone would be three.
    assertThat(authorities).hasSizeGreaterThan(50).doesNotHaveDuplicates();
    for (X509Certificate authority : authorities) {
      String name = authority.getSubjectX500Principal().getName();
      assertThat(name).containsAnyOf("Amazon", "Starfield Services");
      assertThat(authority.getBasicConstraints()).as(name).isNotNegative();
      assertThatCode(authority::checkValidity)
          .as(name + ": run .ci/refresh-certificates")
          .doesNotThrowAnyException();
    }
  }

  private static List<X509Certificate> read() throws IOException, GeneralSecurityException {
    try (InputStream in =
        Objects.requireNonNull(
            ShippedAuthoritiesTest.class.getResourceAsStream("/tls/rds-ca-bundle.pem"))) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }
}
