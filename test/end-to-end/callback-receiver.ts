import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { claimPort } from "../support/ports.ts";

/** A callback as received over the network. */
export type Callback = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

/** A caller's own server: it stores every POST, and accepts it unless told otherwise. */
export type CallbackReceiver = Awaited<ReturnType<typeof startCallbackReceiver>>;

/** Starts it on its own port, which stays reserved while it is down. */
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
    /** The callbacks to a path so far, oldest first. */
    at: (path: string): readonly Callback[] => callbacks.filter((each) => each.path === path),
    /** The answers to the next callbacks to a path, before it accepts the others: a status, or no answer. */
    answer: (path: string, ...next: (number | "hang")[]) => void answers.set(path, next),
    /** Closes the port and open connections; `up` opens the same port again. */
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
