import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP proxy in front of one origin that can lose an answer after the origin has acted on the request. */
export async function startFlakyProxy(origin: string) {
  const control = { loseNextAnswers: 0, forwarded: 0 };
  const server = createServer((incoming, outgoing) => {
    control.forwarded++;
    const lose = control.loseNextAnswers > 0;
    if (lose) control.loseNextAnswers--;
    const onward = httpRequest(
      `${origin}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        if (lose) {
          answer.resume().on("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    control,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
