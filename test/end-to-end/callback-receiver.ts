import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { claimPort } from "../support/ports.ts";

/** A callback as it came over the wire. */
export type Callback = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

/** A caller's own server: it keeps every POST, and takes it unless it was told otherwise. */
export type CallbackReceiver = Awaited<ReturnType<typeof startCallbackReceiver>>;

/** Starts it on a port of its own, which nobody else takes while it is down. */
export async function startCallbackReceiver() {
  const callbacks: Callback[] = [];
  const answers = new Map<string, (number | "hang")[]>();
  let server: Server | undefined;
  const port = await claimPort();
  const up = async () => {
    server = createServer(async (request, response) => {
      const { url: path = "", headers } = request;
      const known = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      callbacks.push({ path, headers: Object.fromEntries(known), body: await text(request), at: Date.now() });
      const answer = answers.get(path)?.shift() ?? 204;
      if (answer !== "hang") response.writeHead(answer).end();
    });
    await once(server.listen(port, "127.0.0.1"), "listening");
  };
  await up();
  return {
    urlOf: (path: string) => `http://127.0.0.1:${port}${path}`,
    /** What came to a path so far, the oldest first. */
    at: (path: string): readonly Callback[] => callbacks.filter((each) => each.path === path),
    /** What the next callbacks to a path get, before the others are taken: a status, or nothing at all. */
    answer: (path: string, ...next: (number | "hang")[]) => void answers.set(path, next),
    /** Closes the port, open connections too; `up` opens the same one again. */
    down: async () => {
      if (!server?.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
    up,
  };
}
