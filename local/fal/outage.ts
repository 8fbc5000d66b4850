import type { Faults } from "./faults.ts";
import type { Intercept } from "./http.ts";
import type { Table } from "./journal.ts";
import type { Post } from "./records.ts";
import { notePost, submitPath } from "./submit-routes.ts";

/** Where outages are scripted and where a POST that met one is counted. */
export interface OutageParts {
  readonly faults: Faults;
  readonly posts: Table<Post>;
}

/**
 * Answers every call but the emulator's own controls while a `down` fault stands; undefined while fal is up. A POST on the queue
 * is counted all the same: an outage is when a service is tempted to send it again.
 */
export function answerOutage({ faults, posts }: OutageParts): Intercept {
  return async (call) => {
    const { pathname } = call.url;
    const answer = pathname.startsWith("/_emulator/") ? undefined : await faults.takeForOutage();
    if (answer === undefined) return undefined;
    const endpoint = call.method === "POST" ? submitPath.exec(pathname)?.[1] : undefined;
    const post = endpoint && notePost(call, endpoint);
    if (post) await posts.put(post.id, { ...post, answer });
    return answer === "reset" ? answer : { status: answer, json: { detail: "Service Unavailable" } };
  };
}
