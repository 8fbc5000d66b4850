import java.lang.reflect.Field;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * Runs DynamoDB Local, with its own options, for as long as somebody holds our standard input open. Its own main class has no option
 * for the address and would listen to the whole network.
 */
class JavaEngine {
  public static void main(String[] options) throws Exception {
    DynamoDBProxyServer engine = ServerRunner.createServerFromCommandLineArgs(options);
    Field server = DynamoDBProxyServer.class.getDeclaredField("server");
    server.setAccessible(true);
    ((ServerConnector) ((Server) server.get(engine)).getConnectors()[0]).setHost("127.0.0.1");
    engine.start();
    while (System.in.read() != -1) {}
    engine.stop();
    System.exit(0);
  }
}
