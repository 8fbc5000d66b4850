import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { buffer } from "node:stream/consumers";
import { closeServer, listenOnLoopback } from "../../local/stack/listening.ts";

/** One call of DynamoDB that went through the proxy, with what it consumed. */
export type TableCall = {
  /** As the header names it, without the version: `PutItem`. */
  readonly operation: string;
  /** The id of the item, the table's or an index's name. */
  readonly subject: string;
  readonly readUnits: number;
  /** Of the table and of its indexes together. */
  readonly writeUnits: number;
  readonly indexWriteUnits: number;
  readonly isRefused: boolean;
  /** Whether it only counts. */
  readonly isCount: boolean;
};

/** A running proxy. `take` returns the calls since the last time. */
export type RecordingProxy = { readonly url: string; take(): TableCall[]; close(): Promise<void> };

type Capacity = {
  readonly CapacityUnits?: number;
  readonly ReadCapacityUnits?: number;
  readonly WriteCapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits?: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
};
type Reply = { readonly ConsumedCapacity?: Capacity | readonly Capacity[] };
type Call = { readonly TableName?: string; readonly IndexName?: string } & Readonly<Record<string, unknown>>;

const closeTimeoutMs = 500;
const isData = /^(Get|Put|Update|Delete|BatchGet|BatchWrite)Item$|^(Query|Scan)$/;
const isWrite = /^(Put|Update|Delete|BatchWrite)Item$/;

/**
 * Starts a proxy in front of a DynamoDB engine. It asks the engine to report what each call consumes, indexes included
 * (`ReturnConsumedCapacity`), and keeps the reports. The engine does not check signatures, so the changed body is fine.
 */
export async function startRecordingProxy(engineUrl: string): Promise<RecordingProxy> {
  const engine = new URL(engineUrl);
  let calls: TableCall[] = [];
  const server = createServer((request, response) => {
    forward(engine, request, response, (call) => calls.push(call)).catch(() => response.destroy());
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  const take = () => {
    const taken = calls;
    calls = [];
    return taken;
  };
  return { url, take, close: () => closeServer(server, closeTimeoutMs) };
}

async function forward(
  engine: URL,
  request: IncomingMessage,
  response: ServerResponse,
  note: (call: TableCall) => void,
): Promise<void> {
  const sent = await buffer(request);
  const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
  const call = isData.test(operation) ? (JSON.parse(sent.toString()) as Call) : undefined;
  const body = call ? Buffer.from(JSON.stringify({ ...call, ReturnConsumedCapacity: "INDEXES" })) : sent;
  const { method, url: path } = request;
  const headers = { ...request.headers, host: engine.host, "content-length": String(body.length) };
  const { hostname, port } = engine;
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    send({ hostname, port, path, method, headers }, resolve).once("error", reject).end(body);
  });
  const received = await buffer(reply);
  if (call) note(describe(operation, call, JSON.parse(received.toString()) as Reply, reply.statusCode !== 200));
  response.writeHead(reply.statusCode ?? 502, reply.headers).end(received);
}

function describe(operation: string, call: Call, reply: Reply, isRefused: boolean): TableCall {
  const consumed = [reply.ConsumedCapacity ?? []].flat();
  const units = (pick: (capacity: Capacity) => number) => consumed.reduce((sum, each) => sum + pick(each), 0);
  const all = units(({ CapacityUnits = 0 }) => CapacityUnits);
  const indexes = units(({ GlobalSecondaryIndexes = {} }) =>
    Object.values(GlobalSecondaryIndexes).reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
  );
  const writes = isWrite.test(operation);
  return {
    operation,
    subject: subjectOf(call),
    readUnits: writes ? 0 : all,
    writeUnits: writes ? all : 0,
    indexWriteUnits: writes ? indexes : 0,
    isRefused,
    isCount: call.Select === "COUNT",
  };
}

function subjectOf({ Item, Key, IndexName, TableName = "" }: Call): string {
  const key = (Item ?? Key) as { readonly id?: { readonly S?: string } } | undefined;
  return key?.id?.S ?? IndexName ?? TableName;
}
