import { type Random, seededRandom } from "./random.ts";

/** What happens to the first `posts` POSTs of a job at fal. Later ones succeed. */
export interface SubmissionFault {
  /**
   * `lost_reply`: fal enqueues the request and the connection breaks. `reset`: it breaks before. `before` and `after`:
   * fal answers with `status`, before or after it enqueues the request. `slow`: it enqueues the request and sends no
   * headers for a long time.
   */
  readonly kind: "lost_reply" | "reset" | "before" | "after" | "slow";
  readonly status?: 500 | 502 | 503 | 504;
  readonly posts: number;
}

/** Everything that goes wrong for one job: the same for every client. */
export interface Plan {
  readonly image: "inline" | "hosted";
  readonly submission?: SubmissionFault;
  /**
   * When a process dies: the one that submits, when fal has received its POST and it has not stored the answer; or the
   * caller's, at its first look at the result.
   */
  readonly crash?: "submitting" | "waiting";
  readonly webhook?: "dropped" | "doubled" | "late" | "forged" | "early";
  /** How many calls for the finished result are answered 504. */
  readonly failedReads?: 1 | 2;
  /** The first answer to the caller is lost, where the caller calls a service and not fal. */
  readonly losesAnswer?: boolean;
}

/** One video that a caller wants. Its prompt is its name, here and at fal. */
export interface Job {
  readonly prompt: string;
  readonly plan: Plan;
}

/** How likely each fault is in a plan. The faults are independent, but a plan has at least one. */
const likelihood = { submission: 0.3, crash: 0.12, webhook: 0.45, failedReads: 0.12, losesAnswer: 0.1 } as const;
const seedStep = 7_919;

/**
 * The jobs of a row. The plan of a job depends on the seed and its index only: all rows have the same plans, and a
 * smaller run has the first ones.
 */
export function planJobs(seed: number, jobs: number, row: string): Job[] {
  return Array.from({ length: jobs }, (_, index) => ({
    prompt: `${row}, job ${index}`,
    plan: drawPlan(seededRandom(seed * seedStep + index)),
  }));
}

function drawPlan(random: Random): Plan {
  const image = random.pick(["inline", "hosted"]);
  for (;;) {
    const faults = drawFaults(random);
    if (Object.values(faults).some((fault) => fault !== undefined)) return { image, ...faults };
  }
}

function drawFaults(random: Random) {
  const submission = random.chance(likelihood.submission) ? drawSubmissionFault(random) : undefined;
  // A POST meets one fault: it fails, or its sender dies.
  const crash = random.chance(likelihood.crash)
    ? random.pick(submission ? ["waiting"] : ["submitting", "waiting"])
    : undefined;
  return {
    submission,
    crash,
    webhook: random.chance(likelihood.webhook)
      ? random.pick(["dropped", "doubled", "late", "forged", "early"])
      : undefined,
    failedReads: random.chance(likelihood.failedReads) ? random.pick([1, 2]) : undefined,
    losesAnswer: random.chance(likelihood.losesAnswer) ? true : undefined,
  } satisfies Partial<Plan>;
}

function drawSubmissionFault(random: Random): SubmissionFault {
  const kind = random.pick(["lost_reply", "lost_reply", "before", "after", "reset", "slow"]);
  if (kind === "slow") return { kind, posts: 1 };
  const posts = random.pick([1, 1, 2, 4]);
  if (kind === "before" || kind === "after") return { kind, status: random.pick([500, 502, 503, 504]), posts };
  return { kind, posts };
}
