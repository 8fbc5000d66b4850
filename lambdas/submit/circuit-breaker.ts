import type { Submission } from "../fal/submission.ts";
import { appOf } from "../fal/url.ts";
import { OUTAGE_PAUSE_MS, OUTAGE_SHARED_MS, OUTAGES_BEFORE_PAUSE } from "../limits.ts";
import { logError } from "../log.ts";
import type { FalHealth } from "../table/fal-health.ts";
import type { JobTable } from "../table/job-table.ts";

/**
 * Lets submissions through, or holds them back while fal is down. Each app of fal's counts for itself, so that one that
 * is down holds back no other's jobs (rule P30). Each function instance keeps its own state in memory, and asks the table
 * what other instances found when it is in doubt (rules P17, A27).
 */
export interface CircuitBreaker {
  /** Whether a POST to an endpoint may be sent now. After each true, call `leave` exactly once. */
  tryEnter(endpoint: string): Promise<boolean>;
  /** Like `tryEnter`, but waits for the outcome of a running probe. */
  enter(endpoint: string): Promise<boolean>;
  /**
   * Reports the outcome of the POST; undefined if no POST was sent. It counts at once; the promise, which never
   * rejects, is about telling other instances.
   */
  leave(endpoint: string, submission: Submission | undefined): Promise<void>;
}

interface Surroundings {
  readonly table: Pick<JobTable, "readFalHealth" | "putFalHealth">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * After three 503 answers in a row, it sends nothing for one minute, and then one probe at a time until fal answers
 * something else. So an outage at fal delays jobs and does not make all their outcomes unknown. A new instance, one that
 * just met an outage, and one that sends nothing first read what others found. With `toProbe`, the circuit breaker starts with a probe and
 * relies on no other finding.
 */
export function openCircuitBreaker(surroundings: Surroundings, toProbe = false): CircuitBreaker {
  const apps = new Map<string, ReturnType<typeof openForApp>>();
  const of = (endpoint: string) => {
    const app = appOf(endpoint);
    const breaker = apps.get(app) ?? openForApp(surroundings, app, toProbe);
    apps.set(app, breaker);
    return breaker;
  };
  return {
    tryEnter: (endpoint) => of(endpoint).tryEnter(),
    enter: (endpoint) => of(endpoint).enter(),
    leave: (endpoint, submission) => of(endpoint).leave(submission),
  };
}

function openForApp({ table, now }: Surroundings, app: string, toProbe: boolean) {
  let outagesInARow = toProbe ? OUTAGES_BEFORE_PAUSE : 0;
  let lastOutageAt = 0;
  let pausedUntil = 0;
  let probe: PromiseWithResolvers | undefined;
  let isInDoubt = !toProbe;
  let asking: Promise<void> | undefined;
  let sharedAt: number | undefined;

  const isOpen = () => outagesInARow >= OUTAGES_BEFORE_PAUSE;
  const heed = ({ is_down, at }: FalHealth) => {
    if (!is_down && at > lastOutageAt) outagesInARow = 0;
    if (!is_down || now() >= at + OUTAGE_SHARED_MS) return;
    outagesInARow = Math.max(outagesInARow, OUTAGES_BEFORE_PAUSE);
    pausedUntil = Math.max(pausedUntil, at + OUTAGE_SHARED_MS);
  };
  const askOthers = async () => {
    isInDoubt = false;
    const health = await table.readFalHealth(app).catch(ignored);
    if (health !== undefined && health.at !== sharedAt) heed(health);
    if (isOpen()) isInDoubt = true;
  };
  const admit = () => {
    if (!isOpen()) return true;
    if (probe || now() < pausedUntil) return false;
    probe = withResolvers();
    return true;
  };
  const tryEnter = async () => {
    if (isInDoubt) {
      asking ??= askOthers().finally(() => {
        asking = undefined;
      });
    }
    await asking;
    return admit();
  };
  const share = async (isDown: boolean) => {
    sharedAt = now();
    await table.putFalHealth(app, { is_down: isDown, at: sharedAt }).catch(ignored);
  };
  return {
    tryEnter,
    async enter() {
      for (;;) {
        if (await tryEnter()) return true;
        if (!probe) return false;
        await probe.promise;
      }
    },
    async leave(submission: Submission | undefined) {
      const [ended, wasOpen] = [probe, isOpen()];
      probe = undefined;
      const isDown = isOutage(submission);
      const isUp = submission !== undefined && hasAnswered(submission);
      if (isDown) {
        outagesInARow++;
        lastOutageAt = now();
        pausedUntil = now() + OUTAGE_PAUSE_MS;
        isInDoubt = !toProbe;
      } else if (isUp) outagesInARow = 0;
      ended?.resolve();
      if (isDown ? isOpen() : isUp && wasOpen) await share(isDown);
    },
  };
}

/** Without it, each instance finds out for itself. */
function ignored(error: unknown): undefined {
  logError("what instances know about fal could not be read or written", error);
}

function isOutage(submission: Submission | undefined): boolean {
  return submission?.outcome === "unknown" && submission.isOutage;
}

/** A lost answer, a failed connection or a POST that was not sent does not show whether fal is up. */
function hasAnswered(submission: Submission): boolean {
  if (submission.outcome !== "not_accepted") return submission.outcome !== "unknown";
  return submission.error.code !== "fal_unreachable" && submission.error.code !== "fal_key_missing";
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}
