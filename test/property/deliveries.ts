import fc from "fast-check";

/** Arbitraries of webhooks that fal may sign. */

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer({ min: 90, max: 400 }).map((length) => `${"x".repeat(length)}${"🗼".repeat(length)}`),
);

const detailItem = fc.record(
  {
    loc: fc.array(fc.oneof(text, fc.double())),
    msg: text,
    type: fc.oneof(text, fc.constantFrom("content_policy_violation", "internal_server_error", "missing")),
    ctx: fc.oneof(fc.jsonValue({ stringUnit: "binary" }), fc.nat(50).map(nested)),
    input: text,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const video = fc.record(
  {
    url: fc.oneof(fc.webUrl(), text, fc.constantFrom("data:video/mp4;base64,AAAA", "data:text/html,x")),
    content_type: text,
    file_name: text,
    file_size: fc.oneof(fc.double(), fc.maxSafeInteger()),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const payload = fc.oneof(
  fc.jsonValue(),
  fc.record({ video: mostly(video, fc.jsonValue()) }),
  fc.record({ detail: mostly(fc.array(detailItem, { maxLength: 40 }), fc.oneof(text, fc.jsonValue())) }),
  fc.record({
    detail: text,
    error_type: fc.oneof(text, fc.constantFrom("client_cancelled", "request_timeout", "internal_error")),
  }),
);

const delivery = fc.record(
  {
    request_id: mostly(fc.constant("req-1"), fc.jsonValue()),
    gateway_request_id: fc.jsonValue(),
    status: mostly(fc.constantFrom("OK", "ERROR"), fc.jsonValue()),
    payload,
    error: fc.oneof(fc.constantFrom("Invalid status code: 422", "Invalid status code: 504"), text, fc.jsonValue()),
    payload_error: mostly(fc.constant(null), fc.jsonValue()),
  },
  { requiredKeys: ["request_id", "status", "payload"], noNullPrototype: true },
);

/** Raw bodies: mostly webhooks for `req-1` with any content; some of any form. */
export const signedBody: fc.Arbitrary<Buffer> = mostly(
  delivery.map((body) => Buffer.from(JSON.stringify(body))),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

function nested(levels: number): unknown {
  return levels === 0 ? 0 : { level: nested(levels - 1) };
}

function mostly<A, B>(usual: fc.Arbitrary<A>, odd: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
}
