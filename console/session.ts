import { signal } from "@preact/signals";

const KEY = "fal-jobs-key";
const EMULATOR = "fal-jobs-emulator";
const READ_ONLY = "fal-jobs-read-only";
const KEYS = "fal-jobs-keys";
export const UNANSWERED = "fal-jobs-unanswered";

/** The base URL of the API, as the API itself says it: it may have a stage, such as `/prod`. */
export const publicUrl = document.querySelector<HTMLMetaElement>("meta[name=public-url]")?.content ?? "";

/** The API key; undefined while nobody is signed in. It is kept for the tab, or on the device if the user says so. */
export const apiKey = signal<string | undefined>(undefined);
/** Why the last key was refused. */
export const keyTrouble = signal<string | undefined>(undefined);
/** The emulator of fal, where this page may break it. Only `npm start` names it, and only on this machine. */
export const emulatorUrl = signal<string | undefined>(undefined);
/** Nothing that creates, changes or deletes a job is offered. */
export const readOnly = signal(false);
/** Whether single keys do something: whoever speaks to the computer may press them by accident. */
export const hasKeys = signal(true);
/** Whether the service answered last time. */
export const online = signal(navigator.onLine);
/** Whether the tab is in front. Nothing is refreshed in a hidden one. */
export const visible = signal(!document.hidden);

export function signIn(key: string, remember: boolean): void {
  write("sessionStorage", KEY, key);
  write("localStorage", KEY, remember ? key : undefined);
  write("localStorage", READ_ONLY, remember && readOnly.value ? "1" : undefined);
  keyTrouble.value = undefined;
  apiKey.value = key;
}

export function signOut(trouble?: string): void {
  write("sessionStorage", KEY, undefined);
  write("localStorage", KEY, undefined);
  keyTrouble.value = trouble;
  apiKey.value = undefined;
}

/** Forgets the key, and with the page everything that it has read and that was written in it. */
export function leave(): void {
  signOut();
  write("sessionStorage", UNANSWERED, undefined);
  location.reload();
}

export function setReadOnly(value: boolean): void {
  readOnly.value = value;
  write("sessionStorage", READ_ONLY, value ? "1" : "0");
  // Where the key is kept on the device, this is, too.
  if (read("localStorage", KEY) !== undefined) write("localStorage", READ_ONLY, value ? "1" : undefined);
}

export function setKeys(value: boolean): void {
  hasKeys.value = value;
  write("localStorage", KEYS, value ? undefined : "off");
}

/** Reads what earlier visits left, and takes a key out of the address (`#key=…`), where it must not stay. */
export function openSession(): void {
  const given = new URLSearchParams(location.hash.startsWith("#key=") ? location.hash.slice(1) : "");
  const key = given.get("key");
  if (key !== null) history.replaceState(null, "", `${location.pathname}${location.search}#/new`);
  if (key) write("sessionStorage", KEY, key);
  const emulator = given.get("fal");
  if (emulator !== null && isLocal(emulator)) write("sessionStorage", EMULATOR, emulator);
  apiKey.value = read("sessionStorage", KEY) ?? read("localStorage", KEY);
  emulatorUrl.value = read("sessionStorage", EMULATOR);
  readOnly.value = (read("sessionStorage", READ_ONLY) ?? read("localStorage", READ_ONLY)) === "1";
  hasKeys.value = read("localStorage", KEYS) === undefined;
  document.addEventListener("visibilitychange", () => {
    visible.value = !document.hidden;
  });
  addEventListener("online", () => {
    online.value = true;
  });
  addEventListener("offline", () => {
    online.value = false;
  });
}

function isLocal(url: string): boolean {
  return URL.canParse(url) && ["localhost", "127.0.0.1"].includes(new URL(url).hostname);
}

// A browser may forbid storage; then the key lasts until the page is left.
export function read(storage: "sessionStorage" | "localStorage", name: string): string | undefined {
  try {
    return globalThis[storage].getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function write(storage: "sessionStorage" | "localStorage", name: string, value: string | undefined): void {
  try {
    if (value === undefined) globalThis[storage].removeItem(name);
    else globalThis[storage].setItem(name, value);
  } catch {
    // See above.
  }
}
