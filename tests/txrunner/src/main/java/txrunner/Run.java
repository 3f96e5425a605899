package txrunner;

import java.util.Set;
import org.hl7.fhir.utilities.http.ManagedWebAccess;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.hl7.fhir.utilities.json.parser.JsonParser;
import org.hl7.fhir.validation.special.TxTester;

/**
 * Runs the general test cases of a folder against a server: {@code Run URL FOLDER OUTPUT [SUITE]}. Prints one line per case:
 * {@code RESULT pass|fail suite/name message}, divided by tabs; answers to compare are left in OUTPUT.
 */
public final class Run {
  private Run() {}

  public static void main(String[] arguments) throws Exception {
    // The server under test listens on 127.0.0.1, which is refused otherwise.
    ManagedWebAccess.setSsrfProtectionEnabled(false);
    TxTester.InternalTxLoader cases = new TxTester.InternalTxLoader(arguments[1]);
    TxTester tester = new TxTester(cases, arguments[0], false, null, null).setOutput(arguments[2]);
    tester.execute(Set.of("general"), null, arguments.length > 3 ? arguments[3] : null);
    JsonObject results = JsonParser.parseObjectFromFile(arguments[2] + "/test-results.json");
    for (JsonObject suite : results.getJsonObjects("suites")) {
      for (JsonObject test : suite.getJsonObjects("tests")) {
        if (test.has("status") && !"ignored".equals(test.asString("status"))) {
          print(suite, test);
        }
      }
    }
  }

  private static void print(JsonObject suite, JsonObject test) {
    String message = test.has("message") ? test.asString("message").replaceAll("\\s+", " ") : "";
    String name = suite.asString("name") + "/" + test.asString("name");
    System.out.println(String.join("\t", "RESULT", test.asString("status"), name, message));
  }
}
