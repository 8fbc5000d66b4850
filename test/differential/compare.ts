import { isDeepStrictEqual } from "node:util";
import { differences, type Pair } from "./differences.ts";
import type { Seen } from "./see.ts";
import type { Sequence, Step } from "./step.ts";

/** A step in which the two sides differ and no accepted difference explains it. */
export type Mismatch = { readonly step: Step; readonly direct: Seen; readonly ours: Seen };

/** The unexplained differences; each accepted difference that occurred is passed to `met`. */
export function compare(
  sequence: Sequence,
  direct: readonly Seen[],
  ours: readonly Seen[],
  met: (id: string) => void,
): Mismatch[] {
  const orders = new Map(sequence.flatMap((step) => ("order" in step ? [[step.label, step.order] as const] : [])));
  return sequence.flatMap((step, place) => {
    const pair = { direct: direct[place] ?? {}, ours: ours[place] ?? {} };
    const even = (id: string, left: Pair) => differences[id]?.(left, step, orders.get(labelOf(step)));
    return isExplained(withSharedLooks(pair), even, met) ? [] : [{ step, ...pair }];
  });
}

function labelOf(step: Step): string {
  if ("order" in step) return step.label;
  return "of" in step && "label" in step.of ? step.of.label : "";
}

type Even = (id: string, pair: Pair) => Pair | undefined;

function isExplained(pair: Pair, even: Even, met: (id: string) => void): boolean {
  let left = pair;
  const used: string[] = [];
  for (const id of Object.keys(differences)) {
    if (isDeepStrictEqual(left.direct, left.ours)) break;
    const evened = even(id, left);
    if (evened === undefined || isDeepStrictEqual(evened, left)) continue;
    used.push(id);
    left = evened;
  }
  const isEqual = isDeepStrictEqual(left.direct, left.ours);
  if (isEqual) used.forEach(met);
  return isEqual;
}

/** The intermediate states that a client sees depend on timing, so those that only one side saw are ignored. */
function withSharedLooks({ direct, ours }: Pair): Pair {
  const [one, other] = [looksOf(direct), looksOf(ours)];
  if (one === undefined || other === undefined) return { direct, ours };
  const shared = Object.keys(one).filter((status) => isSeen(one[status]) && isSeen(other[status]));
  return { direct: withLooks(direct, one, shared), ours: withLooks(ours, other, shared) };
}

function looksOf({ updates }: Seen): Readonly<Record<string, unknown>> | undefined {
  if (typeof updates !== "object" || updates === null || !("looks" in updates)) return undefined;
  const { looks } = updates;
  return typeof looks === "object" && looks !== null ? { ...looks } : undefined;
}

function isSeen(looks: unknown): boolean {
  return Array.isArray(looks) && looks.length > 0;
}

function withLooks(seen: Seen, looks: Readonly<Record<string, unknown>>, statuses: readonly string[]): Seen {
  const kept = Object.fromEntries(statuses.map((status) => [status, looks[status]]));
  return { ...seen, updates: { ...(typeof seen.updates === "object" && seen.updates), looks: kept } };
}
