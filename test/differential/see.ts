import { createHash } from "node:crypto";
import { ApiError, type FalStream, type QueueStatus } from "@fal-ai/client";

/** What the client saw of a call: its result or error, and the updates on the way, without what always differs. */
export type Seen = Readonly<Record<string, unknown>>;

/** Names that belong to one side: request ids and upload URLs. */
export type Side = {
  readonly mark: string;
  /** Label → request id. */
  readonly ids: Map<string, string>;
  /** URL → file. */
  readonly uploads: Map<string, string>;
};

/** Makes a call, and records its outcome. `label` is that of the call's request. */
export async function seeCall(side: Side, label: string | undefined, call: () => Promise<unknown>): Promise<Seen> {
  try {
    return { gave: evenOut(await call(), side) };
  } catch (error) {
    return { threw: evenOut(describe(error, side, label), side) };
  }
}

/** A status without the time of the call. */
export function seeStatus(status: QueueStatus | Readonly<Record<string, unknown>>): unknown {
  const { logs, queue_position, metrics, ...rest }: Readonly<Record<string, unknown>> = { ...status };
  return {
    ...rest,
    ...(queue_position !== undefined && { queue_position: typeof queue_position }),
    ...(logs !== undefined && { logs: seeLogs(logs, rest) }),
    ...(typeof metrics === "object" && metrics && { metrics: shapeOf(metrics) }),
  };
}

/** The last status of a stream, with all its log lines in order. */
export async function seeStream(stream: FalStream<unknown, QueueStatus>): Promise<unknown> {
  const lines: unknown[] = [];
  stream.on("data", (status: QueueStatus) => {
    if ("logs" in status && Array.isArray(status.logs)) lines.push(...status.logs);
  });
  const last = await stream.done();
  return seeStatus("logs" in last && Array.isArray(last.logs) ? { ...last, logs: lines } : last);
}

/** A result with the film in place of its URL. */
export async function seeResult({ data, requestId }: { readonly data: unknown; readonly requestId: string }) {
  const video = isRecord(data) ? data.video : undefined;
  if (!isRecord(data) || !isRecord(video)) return { data, requestId };
  return { requestId, data: { ...data, video: { ...video, url: await seeFilm(String(video.url)) } } };
}

/** The updates on the way: the form of each status, whether they came in order, and the last one. */
export function seeUpdates(side: Side, updates: readonly QueueStatus[]): unknown {
  const order = ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"];
  const places = updates.map(({ status }) => order.indexOf(status));
  const looks = order.map((status) => {
    const such = updates.filter((update) => update.status === status);
    return [status, [...new Set(such.map((update) => JSON.stringify(shapeOf(update))))].sort()];
  });
  const last = updates.at(-1);
  return evenOut(
    {
      inOrder: places.every((place, index) => place >= (places[index - 1] ?? 0)),
      looks: Object.fromEntries(looks),
      last: last && seeStatus(last),
    },
    side,
  );
}

function describe(error: unknown, { ids }: Side, label: string | undefined) {
  if (!(error instanceof ApiError))
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : error };
  const { name, status, body, requestId, timeoutType, isUserTimeout } = error;
  const isNamed = label !== undefined && requestId === ids.get(label);
  return { error: name, status, body, namesRequest: isNamed, timeoutType, isUserTimeout };
}

/** All log lines of a completed request; of an open or canceled one, only their form. */
function seeLogs(logs: unknown, { status, error_type }: Readonly<Record<string, unknown>>): unknown {
  if (!Array.isArray(logs)) return logs;
  if (status !== "COMPLETED" || error_type === "client_cancelled") return "some lines";
  return logs.map((line: unknown) => (isRecord(line) ? { ...line, timestamp: typeof line.timestamp } : line));
}

async function seeFilm(url: string): Promise<string> {
  const answer = await fetch(url).catch((error: unknown) => String(error));
  if (typeof answer === "string" || !answer.ok)
    return `no film: ${typeof answer === "string" ? answer : answer.status}`;
  const film = Buffer.from(await answer.arrayBuffer());
  const digest = createHash("sha256").update(film).digest("hex").slice(0, 12);
  return `film ${digest}, ${url.startsWith("data:") ? url.slice(0, url.indexOf(",")) : "hosted"}`;
}

/** The types in a value, without the contents of arrays. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return "array";
  if (!isRecord(value)) return value === null ? "null" : typeof value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, shapeOf(each)]));
}

/** JSON without the side's own names. */
function evenOut(value: unknown, { mark, ids, uploads }: Side): unknown {
  const text = JSON.stringify(value ?? null);
  const names = [
    ...[...ids].map(([label, id]) => [id, `<id ${label}>`] as const),
    ...[...uploads].map(([url, file]) => [url, `<upload ${file}>`] as const),
    [mark, ""] as const,
  ];
  return JSON.parse(names.reduce((so, [name, word]) => so.replaceAll(name, word), text));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
