import { computed, effect, signal } from "@preact/signals";
import { splitPair } from "./pair.ts";
import { openSession } from "./session.ts";
import { STATUSES, type Status } from "./types.ts";

/** The part of the address after `#`: which screen, of which job, and the filters of a list. */
export interface Route {
  readonly screen: "new" | "jobs" | "job" | "operate" | "break";
  readonly id: string;
  readonly query: URLSearchParams;
}

const SCREENS = ["new", "jobs", "operate", "break"] as const;

// A key in the address is taken out of it before anything else reads it.
openSession();
const hash = signal(location.hash);
/** Whether another screen was shown before this one. */
export const hasNavigated = signal(false);
addEventListener("hashchange", () => {
  hasNavigated.value = true;
  // Another link with a key, followed in the same tab.
  if (location.hash.startsWith("#key=")) openSession();
  hash.value = location.hash;
});

export const route = computed<Route>(() => {
  const [path = "", search = ""] = hash.value.replace(/^#\/?/, "").split("?", 2);
  const [name, id = ""] = path.split("/");
  const query = new URLSearchParams(search);
  if (name === "jobs" && /^[0-9a-f]{32}$/.test(id)) return { screen: "job", id, query };
  const screen = SCREENS.find((each) => each === name) ?? "new";
  return { screen, id: "", query };
});

/** The list as it was seen last, with its filters. */
export const listLink = signal("#/jobs");
effect(() => {
  if (route.value.screen === "jobs") listLink.value = hash.value;
});

export function go(to: string): void {
  location.hash = to;
}

/** Changes the address without a step in the history, as typing into a filter does. */
export function replace(to: string): void {
  history.replaceState(null, "", to);
  hash.value = to;
}

/** What a list shows. */
export interface Filter {
  readonly statuses: readonly Status[];
  readonly endpoint: string;
  readonly code: string;
  /** Days (`2026-11-29`) in the reader's own time zone. */
  readonly from: string;
  readonly to: string;
  /** `KEY=VALUE`, as `pairOf` writes them. */
  readonly metadata: readonly string[];
  readonly view: "table" | "gallery";
}

export function readFilter(query: URLSearchParams): Filter {
  const day = (name: string) => {
    const text = query.get(name) ?? "";
    return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";
  };
  return {
    statuses: (query.get("status") ?? "")
      .split(",")
      .flatMap((each) => STATUSES.find((status) => status === each) ?? []),
    endpoint: query.get("endpoint") ?? "",
    code: query.get("code") ?? "",
    from: day("from"),
    to: day("to"),
    metadata: query.getAll("metadata").filter((each) => splitPair(each) !== undefined),
    view: query.get("view") === "gallery" ? "gallery" : "table",
  };
}

export function linkTo(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.statuses.length > 0) query.set("status", filter.statuses.join(","));
  for (const name of ["endpoint", "code", "from", "to"] as const) if (filter[name]) query.set(name, filter[name]);
  for (const each of filter.metadata) query.append("metadata", each);
  if (filter.view === "gallery") query.set("view", "gallery");
  const text = query.toString();
  return text === "" ? "#/jobs" : `#/jobs?${text}`;
}
