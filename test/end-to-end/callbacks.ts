import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import { schemaFaults } from "../support/conforms.ts";
import type { Callback, CallbackReceiver } from "./callback-receiver.ts";
import { addFaults, call, hostedImage, type Job, submit } from "./caller.ts";
import type { EmulatorStack } from "./emulator-stack.ts";

/** A job's possible outcomes, and what causes each; the shortest deadline is a minute. */
export const endings = {
  succeeded: { fault: {} },
  failed: { fault: { outcome: "content_policy_violation" } },
  canceled: { fault: { submit: { answer: 429 }, times: "all" } },
  expired: { fault: { submit: { answer: 429 }, times: "all" }, deadline_seconds: 60 },
} as const;

export type Ending = keyof typeof endings;

/** Creates a job with a callback to `/<name>` and this outcome. */
export async function orderJob(
  { url, falUrl }: Pick<EmulatorStack, "url" | "falUrl">,
  receiver: CallbackReceiver,
  name: string,
  ending: Ending = "succeeded",
): Promise<Job> {
  const { fault, ...options } = endings[ending];
  await addFaults(falUrl, { prompt: name, ...fault });
  const input = { prompt: name, image_url: hostedImage };
  const order = { ...options, callback_url: receiver.urlOf(`/${name}`), metadata: { name } };
  const { status, body } = await submit(url, input, {}, order);
  expect(status).toBe(202);
  if (ending === "canceled") await call(url, `/jobs/${body.id}/cancel`, { method: "POST" });
  return body;
}

/** Waits until this many callbacks have come to `/<name>`. */
export async function receive(
  receiver: CallbackReceiver,
  name: string,
  count = 1,
  timeoutMs = 90_000,
): Promise<readonly Callback[]> {
  await expect.poll(() => receiver.at(`/${name}`), { timeout: timeoutMs, interval: 50 }).toHaveLength(count);
  return receiver.at(`/${name}`);
}

/** Waits until the job lists this many deliveries, and returns them. */
export async function readDeliveries(url: string, { id }: Job, count = 1) {
  const read = async () => (await call(url, `/jobs/${id}`)).body.deliveries ?? [];
  await expect.poll(read, { interval: 250 }).toHaveLength(count);
  return read();
}

type Secrets = {
  readonly secret: string;
  readonly previous: readonly { readonly secret: string; readonly until: string }[];
};

/** The callback secret from the API. */
export async function readSecrets(url: string, path = "", method = "GET") {
  const { status, body } = await call<Secrets>(url, `/callback-secret${path}`, { method });
  expect(status).toBe(200);
  return body;
}

/** Verifies a callback as its receiver would, checks that a changed one is rejected, and returns its body. */
export function verify({ headers, body }: Callback, secret: string) {
  const webhook = new Webhook(secret);
  const event = webhook.verify(body, { ...headers }) as { type: string; timestamp: string; data: Job };
  expect(() => webhook.verify(body.replace("job.", "jab."), { ...headers })).toThrow("No matching signature");
  expect(schemaFaults({ $ref: "#/components/schemas/JobEvent" }, event)).toEqual([]);
  expect(headers["webhook-id"]).toBe(`${event.data.id}.${event.type}`);
  return event;
}

/** The events about a job on the account's event bus. */
export async function readEvents({ dataDir }: Pick<EmulatorStack, "dataDir">, { id }: Job) {
  const lines = (await readFile(join(dataDir, "events.jsonl"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line)).filter(({ detail }) => detail.data.id === id);
}
