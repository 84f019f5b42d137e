package io.sensormeter;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class StructureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.sensormeter");

  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.OnlyIncludeTests())
          .importPackages("io.sensormeter");

  private static final String[] LEDGER_SIDE = {
    "..ledger..", "..scheduler..", "..operator..", "..publisher..", "..recorder.."
  };
  private static final String[] STRIPE_SIDE = {"..stripe..", "..reporter.."};

  @Test
  void theTwoSidesNeverMeet() {
    noClasses()
        .that()
        .resideInAnyPackage(LEDGER_SIDE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(STRIPE_SIDE)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAnyPackage(STRIPE_SIDE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(LEDGER_SIDE)
        .check(CLASSES);
  }

  @Test
  void onlyOnePackageTalksToStripeAndOneToTheDatabase() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..stripe..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.stripe..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("..ledger..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.postgresql..")
        .check(CLASSES);
  }

  @Test
  void theMeterKnowsNobody() {
    noClasses()
        .that()
        .resideInAPackage("..meter..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.sensormeter..").and(not(resideInAPackage("..meter.."))))
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.sensormeter.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void whatStandsInForTheWorldKnowsNeitherTheProductNorEachOther() {
    slices().matching("io.sensormeter.local.(*)..").should().notDependOnEachOther().check(TESTS);
    // Their own tests may ask the run for a shared server.
    noClasses()
        .that()
        .resideInAPackage("io.sensormeter.local.*")
        .and()
        .haveNameNotMatching(".*(Test|IT|Fixture)(\\$.*)?")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.sensormeter..")
                .and(not(resideInAPackage("io.sensormeter.local.*"))))
        .check(TESTS);
  }

  @Test
  void timeComesFromTheCompositionRoot() {
    noClasses()
        .that(not(belongToAnyOf(App.class)))
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Clock.class)
        .check(CLASSES);
  }
}
