const boxHeaderBytes = 8;

/**
 * The beginning of an MP4 file of so many bytes: its type, an empty description, and the head of the box that holds the
 * rest, whatever it is (ISO/IEC 14496-12 §4.2).
 */
export function movieHead(fileBytes: number): Buffer {
  const type = box("ftyp", Buffer.from("isom\0\0\x02\0isomiso2avc1mp41", "latin1"));
  const description = box("moov", box("mvhd", Buffer.alloc(100)));
  const media = Buffer.alloc(boxHeaderBytes);
  media.writeUInt32BE(fileBytes - type.length - description.length);
  media.write("mdat", 4, "latin1");
  return Buffer.concat([type, description, media]);
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(boxHeaderBytes);
  head.writeUInt32BE(boxHeaderBytes + content.length);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, content]);
}
