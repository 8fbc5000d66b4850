import { type Breaks, type Machine, startMachine } from "./machine.ts";
import type { Job } from "./plan.ts";

/** What a caller knows about a job in the end. `lost`: nothing, however long it waits. */
export type Ending =
  | { readonly kind: "video"; readonly url: string }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "unconfirmed" }
  | { readonly kind: "lost" };

/** What a caller's process uses: its network, and what it stored durably, which the next process finds. */
export interface Life {
  readonly fetch: typeof fetch;
  readonly stored: Map<string, string>;
}

/** How often a caller looks, and how long it waits before it repeats a call. */
export const pollMs = 2_000;
/** A job counts as lost after this time, whatever the program does. Only a program that hangs takes so long. */
const patienceMs = 30 * 60_000;

/**
 * Runs a caller's program for one job. When its process dies, another one starts the program again: whoever wants the
 * video still wants it. An error that the program throws is what the caller learns: the job failed.
 */
export async function runCaller(
  falUrl: string,
  breaks: Breaks,
  program: (life: Life) => Promise<Ending>,
): Promise<Ending> {
  const stored = new Map<string, string>();
  const giveUp = startTimer(patienceMs);
  const live = async (machine: Machine) => {
    const working = program({ fetch: machine.fetch, stored }).catch(failed);
    const ending = await Promise.race([working, machine.died, giveUp.over]);
    machine.kill();
    return ending;
  };
  const ending = (await live(startMachine(falUrl, breaks))) ?? (await live(startMachine(falUrl)));
  giveUp.clear();
  return ending ?? { kind: "lost" };
}

/** The breaks of a process that calls fal itself: it is the one that submits and the one that waits. */
export function breaksAtFal({ plan }: Job): Breaks {
  return { diesAfterPost: plan.crash === "submitting", diesAtRead: plan.crash === "waiting" };
}

/** The breaks of a process that calls a service, which calls fal. */
export function breaksAtService({ plan }: Job): Breaks {
  return { diesAtRead: plan.crash === "waiting", losesAnswer: plan.losesAnswer === true };
}

/** The message of an error, as a caller would report it. */
export function failed(error: unknown): Ending {
  const { message, body } = error as { message?: string; body?: { detail?: unknown } };
  const words = typeof body?.detail === "string" ? body.detail : (message ?? String(error));
  // What the service reports to clients that know only fal's errors.
  return words.includes("fal may have run it") ? { kind: "unconfirmed" } : { kind: "failed", message: words };
}

function startTimer(ms: number) {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<Ending>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "lost" }), ms);
  });
  return { over, clear: () => clearTimeout(timer) };
}
