import { signal } from "@preact/signals";
import { visible } from "./session.ts";

const TICK_MS = 1_000;

/** The time, once a second, while the tab is in front. Epoch milliseconds. */
export const now = signal(Date.now());

setInterval(() => {
  if (visible.value) now.value = Date.now();
}, TICK_MS);
