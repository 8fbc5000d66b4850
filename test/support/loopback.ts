import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

interface Asked {
  /** Method, path and query. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * An HTTP server on loopback until the end of the test, and the requests it received. It answers after it has read the
 * request.
 */
export async function serve(answer: RequestListener) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    request.resume().on("end", () => answer(request, response));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
