import { createServer, type Server } from "node:net";

/*
 * Ports below 32,768 and above 10,000: no system gives them to outgoing connections or to "any free port". Each process has a
 * slice of them. It holds a slice by listening on the slice's first port for as long as it lives, so two processes never
 * share one: between the look at a port and the start of a server on it, nobody else can take the port.
 */
const firstPort = 10_000;
const portsPerSlice = 40;
const slices = 550;

let ownSlice: Promise<number> | undefined;
let taken = 0;

/** A free port that only this process uses. A server can be closed and started again on it. */
export async function claimPort(): Promise<number> {
  return findRun(1);
}

/** Two neighbouring ports of that kind; returns the first. */
export async function claimTwoPorts(): Promise<number> {
  return findRun(2);
}

async function findRun(count: number): Promise<number> {
  ownSlice ??= holdSlice();
  const start = await ownSlice;
  while (true) {
    const offset = 1 + (taken % (portsPerSlice - count));
    taken += count;
    const ports = Array.from({ length: count }, (_, place) => start + offset + place);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return start + offset;
  }
}

/** The first port of a slice that no other process holds. */
async function holdSlice(): Promise<number> {
  for (let step = 0; step < slices; step++) {
    const port = firstPort + ((process.pid + step) % slices) * portsPerSlice;
    const guard = await listen(port);
    if (!guard) continue;
    guard.unref();
    return port;
  }
  throw new Error("every slice of ports is held");
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (!server) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
