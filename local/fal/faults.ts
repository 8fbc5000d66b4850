import { v7 as uuid } from "uuid";
import {
  faultSchema,
  type MediaFault,
  type PendingFault,
  type PlatformFault,
  type ReadFault,
  type Script,
  scriptSchema,
} from "./fault-schema.ts";
import { promptOf } from "./input.ts";
import type { Journal, Table } from "./journal.ts";
import type { FalRequest } from "./records.ts";

/** The faults still to come, oldest first. Each submission or call uses up the first one that fits, and only that. */
export interface Faults {
  /**
   * Adds a fault and returns its id. Throws a ZodError that names the errors, or an Error if the request is unknown.
   */
  add(fault: unknown): Promise<string>;
  pending(): PendingFault[];
  takeForSubmission(prompt: unknown): Promise<Script>;
  takeForKeys(): Promise<PendingFault["jwks"]>;
  takeForPlatform(call: PlatformFault["call"]): Promise<PlatformFault | undefined>;
  /** For a download of this request's output; undefined means an upload. */
  takeForMedia(request: FalRequest | undefined): Promise<MediaFault | undefined>;
  /** For a call for the result of this request, which has ended. */
  takeForRead(request: FalRequest): Promise<ReadFault | undefined>;
  /** Whether every key has admin rights. */
  allowAdmins(): boolean;
  /** The answer of every host during an outage; undefined while fal is up. */
  takeForOutage(): Promise<PendingFault["down"]>;
  /** Removes the fault with that id, or all faults. */
  clear(id?: string): Promise<void>;
}

/** Opens the faults that the journal remembers. */
export async function openFaults(journal: Journal, requests: Table<FalRequest>): Promise<Faults> {
  const table = await journal.table<PendingFault>("fault");
  const take = async (fits: (fault: PendingFault) => unknown) => {
    const fault = table.values().find(fits);
    if (fault) await useUp(table, fault);
    return fault;
  };
  return {
    add: async (fault) => {
      const id = uuid();
      const parsed = { ...faultSchema.parse(fault), id };
      const { request_id } = parsed;
      const waits = request_id === undefined || isForCalls(parsed);
      await (waits ? table.put(id, parsed) : attach(requests, request_id, parsed));
      return id;
    },
    pending: table.values,
    takeForSubmission: async (prompt) => {
      const fault = await take((f) => !isForCalls(f) && (f.prompt === undefined || f.prompt === prompt));
      return scriptSchema.parse(fault ?? {});
    },
    takeForKeys: async () => (await take((fault) => fault.jwks !== undefined))?.jwks,
    takeForPlatform: async (call) => (await take((fault) => fault.platform?.call === call))?.platform,
    takeForMedia: async (request) => (await take((fault) => fault.media && matchesFault(fault, request)))?.media,
    takeForRead: async (request) => (await take((fault) => fault.read && matchesFault(fault, request)))?.read,
    allowAdmins: () => table.values().some((fault) => fault.admin),
    takeForOutage: async () => (await take((fault) => fault.down !== undefined))?.down,
    clear: (id) => (id === undefined ? table.clear() : table.delete(id)),
  };
}

function isForCalls({ jwks, platform, media, read, admin, down }: PendingFault): boolean {
  return [jwks, platform, media, read, admin, down].some((part) => part !== undefined);
}

function matchesFault({ prompt, request_id }: PendingFault, request: FalRequest | undefined): boolean {
  const named = request_id === undefined || request_id === request?.request_id;
  return named && (prompt === undefined || prompt === promptOf(request?.input));
}

async function attach(requests: Table<FalRequest>, requestId: string, fault: PendingFault): Promise<void> {
  const request = requests.get(requestId);
  if (!request) throw new Error(`There is no request ${requestId} to attach a fault to.`);
  await requests.put(requestId, { ...request, script: { ...request.script, ...scriptSchema.parse(fault) } });
}

function useUp(table: Table<PendingFault>, fault: PendingFault): Promise<void> {
  if (fault.times === "all") return Promise.resolve();
  if (fault.times === 1) return table.delete(fault.id);
  return table.put(fault.id, { ...fault, times: fault.times - 1 });
}
