const FIRST_ENTRY_AT = 8;
const BOX_HEAD_BYTES = 8;
/** Where the boxes inside an entry for pictures begin (ISO/IEC 14496-12 §12.1.3). */
const ENTRY_BOXES_AT = 86;

/** How a codec is written that is known by the name of its sample entry, and the box that holds its parameters. */
const FORMS: Readonly<Record<string, readonly [box: string, write: (name: string, box: Buffer) => string]>> = {
  avc1: ["avcC", writeAvc],
  avc3: ["avcC", writeAvc],
  hvc1: ["hvcC", writeHevc],
  hev1: ["hvcC", writeHevc],
  av01: ["av1C", writeAv1],
  vp08: ["vpcC", writeVp],
  vp09: ["vpcC", writeVp],
};
/** Codecs that have no parameters. */
const PLAIN = new Set(["apco", "apcs", "apcn", "apch", "ap4h", "ap4x", "jpeg", "mjpg", "mjpa", "mjpb"]);

/**
 * The codec of the first sample entry in `stsd`, as RFC 6381 writes it; undefined if it is not known, or if its
 * parameters are not there. Throws a RangeError if these are cut off.
 */
export function codecIn(stsd: Buffer): string | undefined {
  const entry = firstEntry(stsd);
  const name = entry.toString("latin1", 4, 8);
  if (PLAIN.has(name)) return name;
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  const box = form && boxIn(entry, form[0]);
  return box && form[1](name, box);
}

/** Whether the pixels of the first sample entry are as wide as they are high, as far as it says. */
export function isSquare(stsd: Buffer): boolean {
  const ratio = boxIn(firstEntry(stsd), "pasp");
  return ratio === undefined || ratio.readUInt32BE() === ratio.readUInt32BE(4);
}

/** Throws a RangeError if there is none. */
function firstEntry(stsd: Buffer): Buffer {
  return stsd.subarray(FIRST_ENTRY_AT, FIRST_ENTRY_AT + stsd.readUInt32BE(FIRST_ENTRY_AT));
}

/** The content of a box inside a sample entry. */
function boxIn(entry: Buffer, type: string): Buffer | undefined {
  for (let at = ENTRY_BOXES_AT; at + BOX_HEAD_BYTES <= entry.length; ) {
    const size = entry.readUInt32BE(at);
    if (size < BOX_HEAD_BYTES || at + size > entry.length) return undefined;
    if (entry.toString("latin1", at + 4, at + 8) === type) return entry.subarray(at + BOX_HEAD_BYTES, at + size);
    at += size;
  }
  return undefined;
}

/** ISO/IEC 14496-15 §E.2: profile, constraints and level. */
function writeAvc(name: string, box: Buffer): string {
  return `${name}.${box.readUIntBE(1, 3).toString(16).padStart(6, "0")}`;
}

/** ISO/IEC 14496-15 §E.3: profile, compatibility with its bits reversed, tier and level, constraints. */
function writeHevc(name: string, box: Buffer): string {
  const profile = box.readUInt8(1);
  const space = ["", "A", "B", "C"][profile >> 6] ?? "";
  const bits = box.readUInt32BE(2).toString(2).padStart(32, "0");
  const compatibility = Number.parseInt([...bits].reverse().join(""), 2)
    .toString(16)
    .toUpperCase();
  const tier = (profile & 0x20) === 0 ? "L" : "H";
  const level = `${tier}${box.readUInt8(12)}`;
  const constraints = [...box.subarray(6, 12)].map((byte) => byte.toString(16).toUpperCase());
  const last = constraints.findLastIndex((byte) => byte !== "0");
  return [name, `${space}${profile & 0x1f}`, compatibility, level, ...constraints.slice(0, last + 1)].join(".");
}

/** AV1 Codec ISO Media File Format Binding §5: profile, level and tier, bits. */
function writeAv1(name: string, box: Buffer): string {
  const [profileAndLevel, flags] = [box.readUInt8(1), box.readUInt8(2)];
  const tier = (flags & 0x80) === 0 ? "M" : "H";
  const bits = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12;
  return `${name}.${profileAndLevel >> 5}.${twoDigits(profileAndLevel & 0x1f)}${tier}.${twoDigits(bits)}`;
}

/** VP Codec ISO Media File Format Binding: profile, level, bits. */
function writeVp(name: string, box: Buffer): string {
  const parts = [box.readUInt8(4), box.readUInt8(5), box.readUInt8(6) >> 4];
  return [name, ...parts.map(twoDigits)].join(".");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
