import { join } from "node:path";
import { startFalEmulator } from "../fal/emulator.ts";
import { type ApiSpec, moveApi } from "./api-spec.ts";
import { prepareAssembly } from "./assembly.ts";
import { startBuckets } from "./buckets.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { explainDataProblem, explainTableProblem } from "./data-problem.ts";
import { chooseEngine, startEngine } from "./engines.ts";
import { startEventBus } from "./event-bus.ts";
import { startFunctionApi } from "./function-api.ts";
import { openFunctionLog } from "./function-log.ts";
import { type Functions, startFunctions } from "./functions.ts";
import { type AnsweredRequest, startGateway } from "./gateway.ts";
import { type JobStep, type JobWatch, startJobWatch } from "./job-watch.ts";
import { waitForPort } from "./listening.ts";
import { createBuckets } from "./outside-buckets.ts";
import { readVariable, warnOfUnpriced, withDeployedPrices } from "./prices.ts";
import { reindex } from "./reindex.ts";
import { writeRunning } from "./running.ts";
import { startSchedules } from "./schedules.ts";
import { secretValues, startSecrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { startStreams } from "./streams.ts";
import { createTables } from "./tables.ts";
import { readAssembly, type StackSpec } from "./template.ts";

/** A running local stack. */
export type Stack = {
  /** The API's base URL. */
  readonly url: string;
  /** The emulator's base URL, if the emulator is used. */
  readonly emulatorUrl: string | undefined;
  /** Stops everything. The gateway stops first, so that requests in flight can still use the rest. */
  close(): Promise<void>;
};

/** What a stack reports while it runs: lines about progress or about a function's error, and a failure that ends it. */
export type StackListener = {
  progress(line: string): void;
  failed(error: Error): void;
  /** Receives requests and steps of jobs. Without it, jobs are not watched. */
  readonly activity?: { answered(request: AnsweredRequest): void; stepped(step: JobStep): void } | undefined;
};

type Closers = (() => Promise<void>)[];

/** The key that is sent to fal if the user has set none. The emulator accepts any key. */
const placeholderFalKey = "local-fal-key";
/** Enough for hundreds of jobs to end within half a minute. The emulator limits the actual rendering. */
const emulatorRunners = 40;
const realFalWarning = [
  "fal: the REAL fal. It COSTS MONEY: about $0.40 for each video of Lucy 14B, billed to the account of FAL_KEY.",
  "fal: unfinished jobs in DATA_DIR are also sent to it.",
  "fal: its webhooks cannot reach this machine, so the sweep checks the jobs at fal and settles them.",
];
const portPatienceMs = 5_000;
const folderPatienceMs = 3_000;

/**
 * Starts everything in the synthesized template: table, bucket, secrets, event bus, functions, API, schedules and
 * streams. Adds an embedded DynamoDB engine, an S3 server and, if no other fal is set, the fal emulator on the next
 * port.
 * @param root the repository's folder.
 * @throws Error with a one-line message if a part cannot be started; the parts that were already started are stopped.
 */
export async function startStack(settings: Settings, root: string, listener: StackListener): Promise<Stack> {
  const closers: Closers = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return await start(settings, root, listener, closers, close);
  } catch (error) {
    await close();
    throw explainDataProblem(error, settings.dataDir);
  }
}

async function start(
  settings: Settings,
  root: string,
  listener: StackListener,
  closers: Closers,
  close: () => Promise<void>,
): Promise<Stack> {
  if (settings.realFal) for (const line of realFalWarning) listener.progress(line);
  const folder = await openDataFolder(settings.dataDir, folderPatienceMs);
  closers.push(folder.close);
  const ports = [settings.port, ...(usesEmulator(settings) ? [settings.port + 1] : [])];
  for (const port of ports) await waitForPort(port, portPatienceMs);
  const assembly =
    settings.assembly ??
    (await prepareAssembly(root, settings.dataDir, () =>
      listener.progress("bundling the functions (up to a minute) …"),
    ));
  const spec = await readAssembly(assembly);
  const warning = warnOfUnpriced(settings, spec);
  if (warning !== undefined) listener.progress(warning);
  let watch: JobWatch | undefined;
  const onWrite = (table: string, id: string) => watch?.written(table, id);
  const dynamodbUrl = await startDatabase(settings, spec, folder, listener, closers, onWrite);
  if (listener.activity) {
    watch = startJobWatch({ ...settings, dynamodbUrl, onStep: listener.activity.stepped });
    closers.push(watch.close);
  }
  const s3Url = await startMedia(settings, spec, folder, closers);
  const falKey = settings.falKey ?? placeholderFalKey;
  const secrets = await startSecrets(await secretValues(spec.secrets, falKey, folder));
  closers.push(secrets.close);
  const eventBus = await startEventBus(spec.eventBuses, join(settings.dataDir, "events.jsonl"));
  closers.push(eventBus.close);
  const falUrl = await startFal(settings, spec, falKey, listener, closers);
  let functions: Functions | undefined;
  const functionApi = await startFunctionApi(spec.functions, {
    invoke: async (id, event) =>
      functions?.invoke(id, event) ?? { kind: "failed", reason: "the functions are not running" },
    environmentOf: (id) => functions?.environmentOf(id) ?? {},
  });
  functions = await startAllFunctions(settings, spec, listener, closers, {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_ENDPOINT_URL_S3: s3Url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBus.url,
    AWS_ENDPOINT_URL_LAMBDA: functionApi.url,
    ...(falUrl === undefined ? {} : { FAL_ENDPOINT_URL: falUrl }),
    ...settings.additions,
  });
  closers.push(functionApi.close);
  const { invoke, stream } = functions;
  const report = (part: string) => (error: unknown) =>
    listener.progress(`${part}: ${error instanceof Error ? error.stack : error}`);
  const streams = await startStreams({ ...settings, ...spec, dynamodbUrl, invoke, onError: report("stream"), onWrite });
  closers.push(streams.close);
  const gateway = await startGateway({
    ...settings,
    api: readLocalApi(settings, spec),
    hosts: settings.realFal ? hostsOf(settings) : undefined,
    invoke,
    stream,
    onError: report("gateway"),
    onAnswered: listener.activity?.answered,
  });
  const schedules = startSchedules(spec.schedules, settings.sweepSeconds * 1000, invoke);
  closers.push(schedules.close, gateway.close);
  const endpoints = { dynamodb: dynamodbUrl, lambda: functionApi.url, s3: s3Url, secretsmanager: secrets.url };
  const table = spec.tables[0]?.create.TableName;
  if (table !== undefined)
    closers.push(await writeRunning(settings.dataDir, { table, endpoints, caller: settings.caller }));
  const emulatorUrl = usesEmulator(settings) ? falUrl : undefined;
  return { url: `http://localhost:${gateway.port}`, emulatorUrl, close };
}

async function startDatabase(
  settings: Settings,
  { tables }: StackSpec,
  folder: DataFolder,
  listener: StackListener,
  closers: Closers,
  onWrite: (table: string, id: string) => void,
): Promise<string> {
  if (settings.dynamodbUrl !== undefined) {
    await createTables(settings.dynamodbUrl, tables, settings.caller);
    return settings.dynamodbUrl;
  }
  const kind = await chooseEngine(folder, settings.dynamodbEngine);
  listener.progress(kind === "java" ? "table: DynamoDB Local (Java)" : "table: dynalite");
  const engine = await startEngine({ kind, dataDir: settings.dataDir, onFailure: listener.failed, onWrite });
  closers.push(engine.close);
  await createTables(engine.url, tables).catch((error: unknown) => {
    throw explainTableProblem(error, settings.dataDir);
  });
  if (kind === "dynalite" && (await folder.recall("state")) === "running") await reindex(engine.url, tables);
  await folder.remember("state", "running");
  closers.push(() => folder.remember("state", "stopped"));
  return engine.url;
}

async function startMedia(
  { s3Url, dataDir, caller }: Settings,
  { buckets }: StackSpec,
  folder: DataFolder,
  closers: Closers,
): Promise<string> {
  if (s3Url !== undefined) {
    await createBuckets(s3Url, buckets, caller);
    return s3Url;
  }
  // The port stays the same if possible, because URLs that callers received contain it.
  const port = Number((await folder.recall("media port")) ?? 0);
  const server = await startBuckets({ buckets, folder: join(dataDir, "media"), credentials: caller.credentials, port });
  closers.push(server.close);
  await folder.remember("media port", String(server.port));
  return server.url;
}

async function startFal(
  settings: Settings,
  spec: StackSpec,
  falKey: string,
  listener: StackListener,
  closers: Closers,
): Promise<string | undefined> {
  if (!usesEmulator(settings)) {
    if (settings.falEndpointUrl !== undefined) listener.progress(`fal: ${settings.falEndpointUrl}`);
    return settings.falEndpointUrl;
  }
  const dataDir = join(settings.dataDir, "fal");
  const { renderSeconds } = settings;
  const speed = { runners: emulatorRunners, ...(renderSeconds === undefined ? {} : { renderSeconds }) };
  const endpointIds = readEndpointIds(settings, spec);
  const emulator = await startFalEmulator({ port: settings.port + 1, dataDir, endpointIds, falKey, ...speed });
  closers.push(() => emulator.close());
  listener.progress(`fal: the emulator, ${emulator.url}`);
  return emulator.url;
}

/** The API of the template. Its own problems link to this machine instead of the deployed API. */
function readLocalApi({ publicUrl }: Settings, { api, functions }: StackSpec): ApiSpec {
  const deployed = functions.find(({ environment }) => environment.PUBLIC_URL)?.environment.PUBLIC_URL;
  return deployed === undefined ? api : moveApi(api, deployed, publicUrl);
}

/** The endpoints that jobs may run on, as the functions receive them. */
function readEndpointIds(settings: Settings, spec: StackSpec): string[] {
  return readVariable(settings, spec, "FAL_ENDPOINT_IDS")?.split(",") ?? [];
}

/** Under these names this machine's own programs call the API. */
function hostsOf({ port, publicUrl }: Settings): ReadonlySet<string> {
  return new Set([...["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${port}`), new URL(publicUrl).host]);
}

function usesEmulator({ realFal, falEndpointUrl }: Settings): boolean {
  return !realFal && falEndpointUrl === undefined;
}

async function startAllFunctions(
  settings: Settings,
  spec: StackSpec,
  listener: StackListener,
  closers: Closers,
  additions: Readonly<Record<string, string>>,
): Promise<Functions> {
  const log = await openFunctionLog(settings.dataDir, listener.progress);
  closers.push(log.close);
  const values = { ...withDeployedPrices(settings, spec), additions };
  const functions = startFunctions(spec.functions, values, log.write, settings.concurrency);
  closers.push(functions.close);
  return functions;
}
