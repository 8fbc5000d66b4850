import { setTimeout as pause } from "node:timers/promises";
import type { FalClient, QueueStatus } from "@fal-ai/client";
import type { Fault } from "../../local/fal/fault-schema.ts";
import type { Gates } from "./gate.ts";
import { dataUri, fileOf } from "./inputs.ts";
import { type Seen, type Side, seeCall, seeResult, seeStatus, seeStream, seeUpdates } from "./see.ts";
import {
  endpoints,
  type Order,
  type Sequence,
  type Step,
  type Submission,
  type Target,
  type Watching,
} from "./step.ts";

/** The environment of a sequence, on either side. */
export type Stage = {
  readonly client: FalClient;
  /** Distinguishes the sides and the sequences, in prompts and gates. */
  readonly mark: string;
  readonly gates: Gates;
  addFault(fault: Fault): Promise<unknown>;
};

const pollMs = 50;
const giveUpMs = 300;
const stepTimeoutMs = 40_000;

/** Makes the calls of a sequence, and returns what the client saw of each. */
export async function play(sequence: Sequence, stage: Stage): Promise<readonly Seen[]> {
  const side: Side = { mark: stage.mark, ids: new Map(), uploads: new Map() };
  const orders = new Map<string, Order>();
  const seen: Seen[] = [];
  for (const step of sequence) {
    if ("order" in step) orders.set(step.label, step.order);
    seen.push(await inTime(makeCall(step, stage, side, orders)));
  }
  return seen;
}

async function inTime(call: Promise<Seen>): Promise<Seen> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Seen>((resolve) => {
    timer = setTimeout(() => resolve({ nothing: `for ${stepTimeoutMs} ms` }), stepTimeoutMs);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

function makeCall(step: Step, stage: Stage, side: Side, orders: ReadonlyMap<string, Order>): Promise<Seen> {
  if ("order" in step) return order(step, stage, side);
  if (step.call === "upload") return upload(step.file, stage, side);
  return about(step, step.of, stage, side, orders);
}

async function upload(name: string, { client }: Stage, side: Side): Promise<Seen> {
  return seeCall(side, undefined, async () => {
    const { file } = fileOf(name);
    const url = await client.storage.upload(file);
    side.uploads.set(url, name);
    return { url };
  });
}

async function order(step: Submission, stage: Stage, side: Side): Promise<Seen> {
  const { label, order } = step;
  const name = `${stage.mark}${label}`;
  const input = order.input && fillIn(order.input, name, stage, side);
  const prompt = input?.prompt;
  if (order.fault && typeof prompt === "string") await stage.addFault({ ...order.fault, prompt });
  const options = { ...order.options, input };
  const { client } = stage;
  switch (step.call) {
    case "run":
      return seeCall(side, label, () => client.run(order.endpoint, options));
    case "submit":
      return seeCall(side, label, async () => {
        const submitted = await client.queue.submit(order.endpoint, options);
        side.ids.set(label, submitted.request_id);
        return seeStatus(submitted);
      });
    case "give_up":
      return seeCall(side, label, () => {
        const onEnqueue = (id: string) => void side.ids.set(label, id);
        return client.subscribe(order.endpoint, { ...options, onEnqueue, timeout: giveUpMs, pollInterval: pollMs });
      });
    default:
      return finish(step, options, stage, side);
  }
}

/** `subscribe`, or its three calls; updates on the way are recorded even when it fails. */
async function finish(
  { call, label, order, how }: Extract<Submission, { how: Watching }>,
  options: object,
  { client }: Stage,
  side: Side,
): Promise<Seen> {
  const onEnqueue = (id: string) => void side.ids.set(label, id);
  const { updates, ...watching } = watch(how);
  const ended = await seeCall(side, label, async () => {
    if (call === "subscribe") {
      return seeResult(await client.subscribe(order.endpoint, { ...options, ...watching, onEnqueue }));
    }
    const { request_id: requestId } = await client.queue.submit(order.endpoint, options);
    onEnqueue(requestId);
    await client.queue.subscribeToStatus(order.endpoint, { requestId, ...watching });
    return seeResult(await client.queue.result(order.endpoint, { requestId }));
  });
  return { ...ended, updates: seeUpdates(side, updates) };
}

async function about(
  step: Exclude<Step, Submission | { call: "upload" }>,
  of: Target,
  { client, gates, mark }: Stage,
  side: Side,
  orders: ReadonlyMap<string, Order>,
): Promise<Seen> {
  const label = "label" in of ? of.label : undefined;
  const requestId = "label" in of ? side.ids.get(of.label) : of.id;
  if (requestId === undefined) return { nothing: "was submitted" };
  const endpoint = ("endpoint" in of ? of.endpoint : undefined) ?? orders.get(label ?? "")?.endpoint ?? endpoints.lucy;
  const { queue } = client;
  if (step.call === "wait") {
    const { updates, ...watching } = watch(step.how);
    const ended = await seeCall(side, label, () =>
      queue.subscribeToStatus(endpoint, { requestId, ...watching }).then(() => "an end"),
    );
    return { ...ended, updates: seeUpdates(side, updates) };
  }
  return seeCall(side, label, async () => {
    switch (step.call) {
      case "status":
        return seeStatus(await queue.status(endpoint, { requestId, logs: step.logs }));
      case "result":
        return seeResult(await queue.result(endpoint, { requestId }));
      case "cancel":
        return queue.cancel(endpoint, { requestId });
      case "stream":
        return seeStream(await queue.streamStatus(endpoint, { requestId, logs: step.logs }));
      case "work":
        while ((await queue.status(endpoint, { requestId })).status === "IN_QUEUE") await pause(pollMs);
        return undefined;
      case "open":
        return gates.open(`${mark}${label}`);
    }
  });
}

/** Options that record the updates on the way. */
function watch(how: Watching) {
  const updates: QueueStatus[] = [];
  return { ...how, pollInterval: pollMs, updates, onQueueUpdate: (update: QueueStatus) => void updates.push(update) };
}

/** The input with each `@` text replaced by its value. */
function fillIn(fields: Readonly<Record<string, unknown>>, name: string, stage: Stage, side: Side) {
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
    }
    return typeof value === "string" && value.startsWith("@") ? make(value) : value;
  };
  const make = (text: string): unknown => {
    const [, kind = "", what = ""] = /^@(\w+) ?(.*)$/.exec(text) ?? [];
    if (kind === "prompt") return `a lake at night, ${name}`;
    if (kind === "gate") return stage.gates.urlOf(name);
    if (kind === "file") return fileOf(what).file;
    if (kind === "data") return dataUri(what);
    return [...side.uploads.keys()].at(-1);
  };
  const filled = fill(fields);
  return typeof filled === "object" && filled !== null ? Object.fromEntries(Object.entries(filled)) : {};
}
