import type { AnsweredRequest } from "./stack/gateway.ts";
import type { JobStep } from "./stack/job-watch.ts";

/** What the stack reports while it works. */
export type Activity = { answered(request: AnsweredRequest): void; stepped(step: JobStep): void };

const colours = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90 } as const;
type Colour = keyof typeof colours;
type Paint = (colour: Colour, text: string) => string;

/** Writes one line for each request and for each step of a job. */
export function makeActivity(write: (line: string) => void, paint: Paint): Activity {
  return {
    answered: ({ method, route, status, ms, problem }) => {
      const what = `${method.padEnd(4)} ${route} ${paint(statusColour(status), String(status))}`;
      write(`${what} ${paint("grey", `${ms} ms`)}${problem === undefined ? "" : ` ${problem}`}`);
    },
    stepped: (step) => write(`job ${step.jobId} ${describeStep(step, paint)} ${paint("grey", `by ${step.by}`)}`),
  };
}

function describeStep(step: JobStep, paint: Paint): string {
  if ("to" in step) return `${step.from ?? "new"} → ${paint(stepColour(step.to), step.to)}`;
  return step.failure === undefined ? step.what : `${step.what}, ${paint("red", step.failure)}`;
}

/** Colours text for a terminal. Text for anything else, or with NO_COLOR set, stays unchanged. */
export function makePaint(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const isPlain = !isTerminal || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return (colour, text) => (isPlain ? text : `\x1b[${colours[colour]}m${text}\x1b[0m`);
}

function statusColour(status: number): Colour {
  if (status >= 500) return "red";
  return status >= 400 ? "yellow" : "green";
}

function stepColour(status: string): Colour {
  if (status === "succeeded") return "green";
  return ["failed", "expired", "canceled"].includes(status) ? "red" : "cyan";
}
