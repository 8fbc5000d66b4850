import type { Faults } from "./faults.ts";
import type { Intercept } from "./http.ts";
import type { Table } from "./journal.ts";
import type { Post } from "./records.ts";
import { notePost, submitPath } from "./submit-routes.ts";

/** The faults that script outages, and the table that counts POSTs during an outage. */
export interface OutageParts {
  readonly faults: Faults;
  readonly posts: Table<Post>;
}

/**
 * Answers every call except the emulator's own controls while a `down` fault is active; undefined while fal is up.
 * POSTs to the queue are still counted, because a service might repeat them during an outage.
 */
export function answerOutage({ faults, posts }: OutageParts): Intercept {
  return async (call) => {
    const { pathname } = call.url;
    const answer = /^\/_emulator(\/|$)/.test(pathname) ? undefined : await faults.takeForOutage();
    if (answer === undefined) return undefined;
    const endpoint = call.method === "POST" ? submitPath.exec(pathname)?.[1] : undefined;
    const post = endpoint && notePost(call, endpoint);
    if (post) await posts.put(post.id, { ...post, answer });
    return answer === "reset" ? answer : { status: answer, json: { detail: "Service Unavailable" } };
  };
}
