// The services of a bench, in a process of their own: see bench/services/services.ts. Arguments: the synthesized stack's
// folder, a folder for files, and an engine if not the usual one.
import { join } from "node:path";
import { startBuckets } from "../../local/stack/buckets.ts";
import { hasJava } from "../../local/stack/engine-java.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { startEventBus } from "../../local/stack/event-bus.ts";
import { startFunctionApi } from "../../local/stack/function-api.ts";
import { localCredentials } from "../../local/stack/locality.ts";
import { startSecrets } from "../../local/stack/secrets.ts";
import { createTables } from "../../local/stack/tables.ts";
import { readAssembly } from "../../local/stack/template.ts";
import { startFastFal } from "../services/fast-fal.ts";
import { startRecordingProxy } from "../services/recording-proxy.ts";
import type { ServicesReady } from "../services/services.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const [assembly = "", folder = "", wanted = ""] = process.argv.slice(2);
const spec = await readAssembly(assembly);
const usesJava = wanted === "java" || (wanted === "" && (await hasJava()));
const engine = await startEngine({ kind: usesJava ? "java" : "dynalite" });
await createTables(engine.url, spec.tables);
const proxy = await startRecordingProxy(engine.url);
const fal = await startFastFal();
const secrets = await startSecrets(new Map(spec.secrets.map(({ id }) => [id, "bench-secret-of-many-characters"])));
const bus = await startEventBus(spec.eventBuses, join(folder, "events.jsonl"));
// What a function starts is measured on its own, so it is accepted and not run.
const functionApi = await startFunctionApi(spec.functions, {
  invoke: async () => ({ kind: "answer", payload: "null" }),
  environmentOf: () => ({}),
});
const buckets = await startBuckets({
  buckets: spec.buckets,
  folder: join(folder, "media"),
  credentials: localCredentials,
});

process.on("message", (message) => {
  if (message === "take") process.send?.(proxy.take());
  else void close();
});
process.on("disconnect", () => void close());
process.send?.({
  engine: engine.kind,
  dynamodbUrl: engine.url,
  recordedUrl: proxy.url,
  falUrl: fal.url,
  additions: {
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
    AWS_ENDPOINT_URL_S3: buckets.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    AWS_ENDPOINT_URL_LAMBDA: functionApi.url,
    FAL_ENDPOINT_URL: fal.url,
  },
} satisfies ServicesReady);

async function close(): Promise<void> {
  await Promise.all([proxy, fal, secrets, bus, functionApi, buckets].map((service) => service.close()));
  await engine.close();
  process.exit();
}
