import { createPrivateKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isFresh, isSignedBy, type SignatureHeaders } from "../../../lambdas/fal/signature.ts";
import { parseJwks } from "../../../lambdas/fal/signing-keys.ts";

// The vector of fal's protocol notes: an RFC 8032 seed, one body, one signature.
const keys = parseJwks({
  keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
});
const id = "5057fca7-2eb3-468f-b95d-cefe92b0b9d4";
const body = Buffer.from(
  `{"error": null, "gateway_request_id": "${id}", "payload": {"video": {"url": "https://v3.fal.media/files/x/y.mp4"}}, "request_id": "${id}", "status": "OK"}`,
);
const headers: SignatureHeaders = {
  requestId: id,
  userId: "user_test",
  timestamp: "1752019770",
  signature:
    "7842b9cce4d82325ed916cc23f9be15777241f42f0c2aeb20ca490e69ce7b00e8817a71b18acd5a7d4002cc9df9b5e8868f407fc3b1df3feb087753ef95df907",
};
const nowMs = 1752019770_000;

describe("a webhook's signature", () => {
  it("a webhook's signature verifies fal's vector over its raw bytes", () => {
    expect(body).toHaveLength(216);
    expect(isSignedBy(keys, headers, body)).toBe(true);
  });

  it("a webhook's signature verifies with any of several keys", () => {
    const other = parseJwks({ keys: [{ kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32, 7).toString("base64url") }] });
    expect(isSignedBy([...other, ...keys], headers, body)).toBe(true);
  });

  const spoilt: readonly (readonly [string, Partial<SignatureHeaders>])[] = [
    ["another request id", { requestId: "5057fca7-2eb3-468f-b95d-cefe92b0b9d5" }],
    ["another user", { userId: "user_other" }],
    ["another timestamp", { timestamp: "1752019771" }],
    ["upper-case hex", { signature: headers.signature.toUpperCase() }],
    ["one digit changed", { signature: headers.signature.replace(/^7/, "8") }],
    ["truncated hex", { signature: headers.signature.slice(0, 126) }],
    ["an odd number of digits", { signature: headers.signature.slice(0, 127) }],
    ["trailing digits", { signature: `${headers.signature}00` }],
    ["a trailing newline", { signature: `${headers.signature}\n` }],
    ["base64", { signature: Buffer.from(headers.signature, "hex").toString("base64") }],
    ["a character that is not hex", { signature: headers.signature.replace(/.$/, "g") }],
    ["nothing", { signature: "" }],
    ["zeros", { signature: "0".repeat(128) }],
  ];
  it.each(spoilt)("a webhook's signature does not verify with %s", (_, change) => {
    expect(isSignedBy(keys, { ...headers, ...change }, body)).toBe(false);
  });

  const bodies: readonly (readonly [string, Buffer])[] = [
    ["re-serialised JSON", Buffer.from(JSON.stringify(JSON.parse(body.toString())))],
    ["one byte more", Buffer.concat([body, Buffer.from(" ")])],
    ["one byte less", body.subarray(0, -1)],
    ["an empty body", Buffer.alloc(0)],
    ["another video", Buffer.from(body.toString().replace("y.mp4", "z.mp4"))],
  ];
  it.each(bodies)("a webhook's signature does not verify with %s", (_, bytes) => {
    expect(isSignedBy(keys, headers, bytes)).toBe(false);
  });

  it("a webhook's signature does not verify with a key that fal does not publish", () => {
    const seed = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 1)]);
    const stranger = createPrivateKey({ key: seed, format: "der", type: "pkcs8" });
    const signature = sign(null, Buffer.from("anything"), stranger).toString("hex");
    expect(isSignedBy(keys, { ...headers, signature }, body)).toBe(false);
  });

  it("a webhook's signature does not verify when there are no keys", () => {
    expect(isSignedBy([], headers, body)).toBe(false);
  });
});

describe("a webhook's timestamp", () => {
  it.each([
    [0, true],
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
  ])("a webhook's timestamp that is %i s away from now is fresh: %s", (seconds, fresh) => {
    expect(isFresh(headers.timestamp, nowMs + seconds * 1000)).toBe(fresh);
  });

  it.each([
    "",
    "now",
    "NaN",
    "1752019770.5",
    "-1752019770",
    "+1752019770",
    "0x68",
    " 1752019770",
    "1e9",
    "9".repeat(30),
  ])("%j is rejected", (timestamp) => {
    expect(isFresh(timestamp, nowMs)).toBe(false);
  });
});
