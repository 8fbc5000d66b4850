import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An HTTP proxy in front of one origin. After the origin has acted on a request, it can lose the answer, or return a
 * gateway's own 504 with an HTML body instead.
 */
export async function startFlakyProxy(origin: string) {
  const control = { loseNextAnswers: 0, timeOutNextAnswers: 0, forwarded: 0 };
  const server = createServer((incoming, outgoing) => {
    control.forwarded++;
    const lose = control.loseNextAnswers > 0;
    if (lose) control.loseNextAnswers--;
    const timeOut = !lose && control.timeOutNextAnswers > 0;
    if (timeOut) control.timeOutNextAnswers--;
    const onward = httpRequest(
      `${origin}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        if (lose) {
          answer.resume().on("end", () => incoming.socket.destroy());
          return;
        }
        if (timeOut) {
          answer.resume().on("end", () => {
            outgoing.writeHead(504, { "content-type": "text/html" }).end("<h1>504 Gateway Time-out</h1>");
          });
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
