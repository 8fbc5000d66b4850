import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { closeServer, listenOnLoopback } from "../../local/stack/listening.ts";
import type { PublicJob } from "./caller.ts";

/** A receiver of callbacks. `received` resolves when the callback of a job has arrived. */
export type Receiver = {
  readonly url: string;
  received(jobId: string): Promise<{ readonly atMs: number; readonly job: PublicJob }>;
  close(): Promise<void>;
};

type Arrival = { readonly atMs: number; readonly job: PublicJob };

const closeTimeoutMs = 500;

/** Starts a receiver on a free loopback port. */
export async function startReceiver(): Promise<Receiver> {
  const arrived = new Map<string, Arrival>();
  const waiting = new Map<string, (arrival: Arrival) => void>();
  const server = createServer(async (request, response) => {
    const atMs = Date.now();
    const { data: job } = (await json(request)) as { readonly data: PublicJob };
    response.end();
    arrived.set(job.id, { atMs, job });
    waiting.get(job.id)?.({ atMs, job });
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server, 0)}/callback`;
  const received = async (jobId: string) =>
    arrived.get(jobId) ?? new Promise<Arrival>((resolve) => waiting.set(jobId, resolve));
  return { url, received, close: () => closeServer(server, closeTimeoutMs) };
}
