package io.sensormeter;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.sensormeter.database.Database;
import io.sensormeter.database.Transaction;
import io.sensormeter.local.http.LoopbackServer;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The house: who may know whom, and where the world comes in. */
final class StructureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.sensormeter");

  /** With what the templates of the pages were made into. */
  private static final JavaClasses CLASSES_AND_TEMPLATES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.sensormeter", "gg.jte.generated");

  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.OnlyIncludeTests())
          .importPackages("io.sensormeter");

  /** Each room, and the rooms it may know beside itself. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          meter      |
          lambda     | meter
          config     | meter
          database   | meter lambda config
          queue      | meter lambda
          stripe     | meter lambda config
          ledger     | meter lambda config database
          inspection | meter lambda config database ledger
          tick       | meter lambda config database queue ledger
          check      | meter lambda config database ledger
          operator   | meter lambda config database ledger inspection tick check
          scheduler  | meter lambda config database queue ledger tick check operator root
          recorder   | meter lambda config database queue ledger root
          view       | meter lambda config database ledger inspection root
          reporter   | meter lambda config queue stripe root
          verifier   | meter lambda config queue stripe root
          root       | meter lambda config database
          """)
  void aRoomKnowsOnlyThoseBelowIt(String room, String known) {
    List<String> allowed = new ArrayList<>(List.of(name(room)));
    if (known != null) {
      for (String each : known.split(" ", -1)) {
        allowed.add(name(each));
      }
    }

    classes()
        .that()
        .resideInAPackage(name(room))
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage("io.sensormeter.."))
                .or(resideInAnyOf(allowed))
                .as("reside outside of io.sensormeter or in " + allowed))
        .check(CLASSES);
  }

  @Test
  void everyRoomIsOnTheList() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
        .hasSize(17)
        .allMatch(name -> name.split("\\.", -1).length <= 3);
  }

  @Test
  void packagesFormNoCycleTheRootIncluded() {
    slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return SliceIdentifier.of(javaClass.getPackageName());
              }

              @Override
              public String getDescription() {
                return "packages";
              }
            })
        .should()
        .beFreeOfCycles()
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
        .resideOutsideOfPackage("..database..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.postgresql..")
        .check(CLASSES);
  }

  /** What a person looks at changes nothing, whatever role it connects as. */
  @Test
  void whoLooksHasNoStatementThatWrites() {
    noClasses()
        .that()
        .resideInAnyPackage("..view..", "..inspection..")
        .should()
        .callMethodWhere(
            target(owner(type(Database.class)))
                .and(target(not(nameMatching("readOnly|close"))))
                .as("it works on a database other than read-only"))
        .orShould()
        .callMethod(Transaction.class, "update", String.class, Object[].class)
        .check(CLASSES);
  }

  /** Or a simulated world would wait for real, or never end the same way twice. */
  @Test
  void timeChanceAndThreadsComeFromTheWorld() {
    noClasses()
        .that(not(belongToAnyOf(World.class, App.class)).and(not(resideInAPackage("..lambda.."))))
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .orShould()
        .callMethod(Thread.class, "startVirtualThread", Runnable.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Clock.class, InstantSource.class, Executors.class, ThreadLocalRandom.class)
        .check(CLASSES);
  }

  @Test
  void whatStandsInForTheWorldKnowsNeitherTheProductNorEachOther() {
    slices()
        .matching("io.sensormeter.local.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(alwaysTrue(), resideInAPackage("io.sensormeter.local.http"))
        .check(TESTS);
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

  /** Who judges what was billed shares no line with who bills it. */
  @Test
  void theSimulationsOracleKnowsNothingOfTheProduct() {
    noClasses()
        .that()
        .resideInAPackage("io.sensormeter.simulation.oracle..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.sensormeter..")
                .and(not(resideInAPackage("io.sensormeter.simulation.oracle.."))))
        .check(TESTS);
  }

  @Test
  void everyServerOfTheTestsIsMadeInOnePlace() {
    noClasses()
        .that(not(belongToAnyOf(LoopbackServer.class)))
        .should()
        .callMethod(HttpServer.class, "create", InetSocketAddress.class, int.class)
        .check(TESTS);
  }

  private static com.tngtech.archunit.base.DescribedPredicate<JavaClass> resideInAnyOf(
      List<String> packages) {
    return JavaClass.Predicates.resideInAnyPackage(packages.toArray(String[]::new));
  }

  private static String name(String room) {
    return room.equals("root") ? "io.sensormeter" : "io.sensormeter." + room;
  }

  /** What only a test uses, or nobody, has to go. */
  @Test
  void everyDeclarationIsUsedByTheProduct() {
    List<String> unused = new ArrayList<>();
    for (JavaClass each : CLASSES_AND_TEMPLATES) {
      if (!each.getPackageName().startsWith("io.sensormeter")) {
        continue;
      }
      if (each.getDirectDependenciesToSelf().stream()
              .noneMatch(use -> !outermost(use.getOriginClass()).equals(outermost(each)))
          && each.getEnclosingClass().isEmpty()
          && !each.getSimpleName().endsWith("Handler")
          && !each.getSimpleName().equals("package-info")) {
        unused.add(each.getName());
      }
      each.getMethods().stream()
          .filter(method -> method.getAccessesToSelf().isEmpty())
          .filter(method -> !isCalledFromOutside(method))
          .forEach(method -> unused.add(method.getFullName()));
      each.getFields().stream()
          .filter(field -> field.getAccessesToSelf().isEmpty())
          .filter(field -> !isInlined(field) && !each.isRecord())
          .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
          .forEach(field -> unused.add(field.getFullName()));
    }

    assertThat(unused).isEmpty();
  }

  private static JavaClass outermost(JavaClass each) {
    return each.getEnclosingClass().map(StructureTest::outermost).orElse(each);
  }

  /** By the JDK, a library or Lambda; or made by the compiler for a record or an enum. */
  private static boolean isCalledFromOutside(JavaMethod method) {
    JavaClass owner = method.getOwner();
    return (owner.isRecord() && owner.tryGetField(method.getName()).isPresent())
        || (owner.isEnum() && Set.of("values", "valueOf").contains(method.getName()))
        || method.getModifiers().contains(JavaModifier.SYNTHETIC)
        || method.getName().startsWith("lambda$")
        || Stream.concat(
                owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream())
            .anyMatch(
                above ->
                    above.getMethods().stream()
                        .anyMatch(same -> same.getName().equals(method.getName())));
  }

  /** The compiler copies a constant of a primitive type or a text to where it is used. */
  private static boolean isInlined(JavaField field) {
    return field.getModifiers().containsAll(Set.of(JavaModifier.STATIC, JavaModifier.FINAL))
        && (field.getRawType().isPrimitive() || field.getRawType().isEquivalentTo(String.class));
  }
}
