import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { CERTIFICATE_FILE, leadingTo, post, receiverAnswering, stopReceivers, tlsReceiver } from "./receivers.ts";

afterEach(stopReceivers);

/** Sends one callback from a process that trusts the receivers' certificate. */
async function postTrusting(url: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("post-once.ts", import.meta.url)), url],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE } },
  );
  return JSON.parse(stdout);
}

describe("a receiver behind TLS", () => {
  it("a receiver behind TLS gets the callback by its own name, at the address that was checked", async () => {
    const { names, hosts, port } = await tlsReceiver();
    expect(await postTrusting(`https://receiver.example.com:${port}/`)).toEqual({ status: 200 });
    expect({ names, hosts }).toEqual({ names: ["receiver.example.com"], hosts: [`receiver.example.com:${port}`] });
  });

  it("a receiver behind TLS gets none if its certificate is for another name", async () => {
    const { names, hosts, port } = await tlsReceiver();
    const error = "the TLS certificate was not accepted";
    expect(await postTrusting(`https://other.example.com:${port}/`)).toEqual({ error });
    expect({ names, hosts }).toEqual({ names: ["other.example.com"], hosts: [] });
  });

  it("a receiver behind TLS gets none if its certificate is not trusted", async () => {
    const { names, hosts, port } = await tlsReceiver();
    const answer = post(`https://receiver.example.com:${port}/`, { lookup: leadingTo("127.0.0.1") });
    expect(await answer).toEqual({ error: "the TLS certificate was not accepted" });
    expect({ names, hosts }).toEqual({ names: ["receiver.example.com"], hosts: [] });
  });

  it("a receiver behind TLS gets none if it does not use TLS", async () => {
    const { received, port } = await receiverAnswering((response) => response.end());
    expect(await post(`https://127.0.0.1:${port}/`)).toEqual({ error: "the TLS connection failed" });
    expect(received).toEqual([]);
  });
});
