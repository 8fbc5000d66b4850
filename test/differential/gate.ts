import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

/** Images on this machine whose download lasts until their gate is opened. */
export type Gates = Awaited<ReturnType<typeof startGates>>;

/** Starts a server for them on a free loopback port. */
export async function startGates(picture: Buffer) {
  const opened = new Set<string>();
  const waiting = new Map<string, ServerResponse[]>();
  const server = createServer(({ url: path = "" }, response) => {
    if (opened.has(path)) response.end(picture);
    else waiting.set(path, [...(waiting.get(path) ?? []), response]);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gates have no port");
  return {
    urlOf: (name: string) => `http://127.0.0.1:${address.port}/${name}`,
    open: (name: string) => {
      opened.add(`/${name}`);
      for (const response of waiting.get(`/${name}`) ?? []) response.end(picture);
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
