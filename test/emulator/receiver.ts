import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

/** A webhook as received over the network. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly at: number;
}

/** A server that stores every POST and answers with the statuses given for its path, in order, and then 200. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  answer(path: string, ...statuses: number[]): void;
  at(path: string): Received[];
  close(): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers = new Map<string, number[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? "";
    received.push({ path, headers: request.headers, raw: Buffer.concat(chunks), at: Date.now() });
    response.writeHead(answers.get(path)?.shift() ?? 200, { location: "/elsewhere" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The receiver has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answer: (path, ...statuses) => void answers.set(path, statuses),
    at: (path) => received.filter((each) => each.path === path),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
