import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { overview, stuck } from "../open-work.ts";
import { readPause } from "../pause-item.ts";
import { type Check, unwell, well } from "./check.ts";

/** A sweep looks every minute. */
const dueForSeconds = 300;
/** The table's stream starts copies and callbacks at once, and the sweep a minute later. */
const waitForMs = 120_000;
/** What a new account has allows ten callers at a time. */
const fewExecutions = 100;
const timeoutMs = 10_000;
/** An id and a token that no job has. */
const NO_JOB = `${"0".repeat(32)}/${"0".repeat(43)}`;
const FORGERY = {
  "x-fal-webhook-request-id": "doctor",
  "x-fal-webhook-user-id": "doctor",
  "x-fal-webhook-signature": "0".repeat(128),
};

/** The checks of the installation itself. */
export const serviceChecks: readonly Check[] = [
  {
    id: "table",
    name: "the table can be read",
    isRequired: true,
    needs: [],
    look: async ({ installation, now }) => {
      const { open, settled } = await overview(installation, now());
      return well(`${open} open jobs, ${settled} settled jobs with work left`);
    },
  },
  {
    id: "api",
    name: "the API answers",
    isRequired: true,
    needs: [],
    look: async ({ variables }) => {
      const { status, text } = await request(`${variables.PUBLIC_URL}/health`);
      const fix = "check the domain, the deployment and the log of the health function";
      return status === 200 ? well(text) : unwell(`${variables.PUBLIC_URL}/health: ${status ?? text}`, fix);
    },
  },
  {
    id: "webhook-route",
    name: "the webhook answers, and refuses a forgery",
    isRequired: true,
    needs: ["api", "signing-keys"],
    look: async ({ variables, now }) => {
      const timestamp = String(Math.floor(now() / 1000));
      const headers = { ...FORGERY, "x-fal-webhook-timestamp": timestamp };
      const url = `${variables.PUBLIC_URL}/webhooks/fal/${NO_JOB}`;
      const { status, text } = await request(url, { method: "POST", headers, body: "{}" });
      const fix = "check the domain, the firewall and the log of the webhook function";
      return status === 401 ? well("401 for a forgery") : unwell(`a forgery was answered ${status ?? text}`, fix);
    },
  },
  {
    id: "not-paused",
    name: "the service is not paused",
    isRequired: false,
    needs: ["table"],
    look: async ({ installation }) => {
      const pause = await readPause(installation);
      if (pause === undefined) return well("not paused");
      const since = new Date(pause.since).toISOString();
      return unwell(`paused since ${since}${pause.reason ? ` (${pause.reason})` : ""}`, "npm run ops -- resume");
    },
  },
  {
    id: "sweep",
    name: "sweeps do their work",
    isRequired: true,
    needs: ["table", "not-paused", "fal-account"],
    look: async ({ installation, now }) => {
      const { oldest_due_seconds = 0 } = await overview(installation, now());
      return oldest_due_seconds > dueForSeconds
        ? unwell(`a job has been due for ${oldest_due_seconds} s`, "npm run ops -- sweep")
        : well("nothing is due for long");
    },
  },
  {
    id: "stream",
    name: "copies and callbacks are made",
    isRequired: true,
    needs: ["sweep"],
    look: async ({ installation, now }) => {
      const waiting = (await stuck(installation, now(), waitForMs, 1)).length > 0;
      return waiting
        ? unwell("settled jobs wait for a copy or a callback", "npm run ops -- stuck")
        : well("none waits for long");
    },
  },
  {
    id: "budgets",
    name: "owners have budgets",
    isRequired: false,
    needs: [],
    look: async ({ variables }) => {
      const budgets = Object.keys(JSON.parse(variables.DAILY_BUDGETS || "{}"));
      return budgets.length === 0
        ? unwell("no owner has a daily budget", "set dailyBudgets, and deploy")
        : well(`for ${budgets.length} owners`);
    },
  },
  {
    id: "concurrency",
    name: "Lambda may run enough functions at once",
    isRequired: false,
    needs: [],
    look: async ({ installation }) => {
      if (installation.isLocal) return undefined;
      const client = new LambdaClient(installation.aws("lambda"));
      const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
      const limit = AccountLimit?.ConcurrentExecutions ?? 0;
      const fix = "ask for more at Service Quotas (Lambda, Concurrent executions), then set accountConcurrency";
      return limit < fewExecutions ? unwell(`${limit} executions at once`, fix) : well(`${limit} executions at once`);
    },
  },
];

async function request(url: string, init: RequestInit = {}) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: undefined, text: error instanceof Error ? error.message : String(error) };
  }
}
