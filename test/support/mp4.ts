/** One box of an MP4: its size, its type of four letters and its content (ISO/IEC 14496-12 §4.2). */
export function box(type: string, content: Buffer): Buffer {
  return Buffer.concat([boxHead(type, content.length), content]);
}

/** The head of a box whose content follows. */
export function boxHead(type: string, contentBytes: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(contentBytes + head.length);
  head.write(type, 4, "latin1");
  return head;
}

/** The outermost boxes of an MP4, by type. */
export function boxesOf(film: Buffer): ReadonlyMap<string, Buffer> {
  const boxes = new Map<string, Buffer>();
  for (let start = 0; start < film.length; ) {
    const size = film.readUInt32BE(start);
    boxes.set(film.toString("latin1", start + 4, start + 8), film.subarray(start, start + size));
    start += size;
  }
  return boxes;
}
