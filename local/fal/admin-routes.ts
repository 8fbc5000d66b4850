import { describeControls } from "./admin-page.ts";
import { describeFaultErrors } from "./fault-errors.ts";
import type { Fault } from "./fault-schema.ts";
import type { Faults } from "./faults.ts";
import { type Answer, type Call, parseJson, type Route } from "./http.ts";
import { type Ledger, type LedgerTables, readLedger } from "./ledger.ts";
import type { Life } from "./life.ts";
import type { SigningKeys } from "./signing.ts";
import type { Webhooks } from "./webhooks.ts";

/** The state that the emulator's own controls change. */
export interface AdminParts extends LedgerTables {
  readonly faults: Faults;
  readonly keys: SigningKeys;
  readonly webhooks: Webhooks;
  readonly life: Life;
}

/** The emulator's own controls, as functions; the routes under `/_emulator` are the same over HTTP. */
export interface Controls {
  /** Adds a fault and returns its id. Throws a ZodError that names the errors. */
  addFault(fault: Fault): Promise<string>;
  /** Removes the fault with that id, or all faults. */
  clearFaults(id?: string): Promise<void>;
  ledger(): Ledger;
  rotateKeys(): Promise<void>;
  /** Sends all waiting webhooks now. */
  releaseWebhooks(): void;
  /** Removes all requests, deliveries, posts and faults; keeps keys and files. */
  reset(): Promise<void>;
}

/** Makes the controls. */
export function createControls({ faults, keys, webhooks, ...tables }: AdminParts): Controls {
  return {
    addFault: faults.add,
    clearFaults: faults.clear,
    ledger: () => readLedger(tables),
    rotateKeys: keys.rotate,
    releaseWebhooks: webhooks.release,
    reset: async () => {
      await Promise.all([faults.clear(), tables.requests.clear(), tables.deliveries.clear(), tables.posts.clear()]);
    },
  };
}

/** The controls over HTTP, and fal's key host. */
export function adminRoutes(controls: Controls, { faults, keys, life }: AdminParts): Route[] {
  const action = (method: string, name: string, act: Route["answer"]): Route => {
    return { method, path: new RegExp(`^/_emulator/${name}$`), answer: act };
  };
  const done = { status: 204 } as const;
  return [
    {
      method: "GET",
      path: /^\/_emulator\/?$/,
      answer: ({ headers }) => ({
        status: 200,
        headers: { "content-type": "text/plain; charset=utf-8" },
        bytes: Buffer.from(describeControls(`http://${headers.host}`, controls.ledger(), faults.pending())),
      }),
    },
    action("GET", "ledger", () => ({ status: 200, json: controls.ledger() })),
    action("GET", "faults", () => ({ status: 200, json: faults.pending() })),
    action("POST", "faults", (call) => addFaults(call, faults)),
    action("DELETE", "faults", () => controls.clearFaults().then(() => done)),
    action("DELETE", "faults/([\\w-]+)", (_call, id) => controls.clearFaults(id).then(() => done)),
    action("POST", "reset", () => controls.reset().then(() => done)),
    action("POST", "keys/rotate", () => controls.rotateKeys().then(() => done)),
    action("POST", "webhooks/release", () => {
      controls.releaseWebhooks();
      return done;
    }),
    {
      method: "GET",
      path: /^\/rest\.(?:alpha\.)?fal\.ai\/\.well-known\/jwks\.json$/,
      answer: async (call) => {
        const fault = await faults.takeForKeys();
        await life.pause(fault?.hang_ms ?? 0, call.gone).catch(() => {});
        if (fault && fault.status !== 200) return { status: fault.status, json: { detail: "Internal Server Error" } };
        return { status: 200, json: keys.jwks() };
      },
    },
  ];
}

/** Accepts one fault or a list of faults. */
async function addFaults(call: Call, faults: Faults): Promise<Answer> {
  const body = parseJson(call.body);
  const list: unknown[] = Array.isArray(body) ? body : [body];
  try {
    const ids: string[] = [];
    for (const fault of list) ids.push(await faults.add(fault));
    return { status: 201, json: { ids } };
  } catch (error) {
    return { status: 422, json: { detail: describeFaultErrors(error) } };
  }
}
