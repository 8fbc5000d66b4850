/** A pair of metadata as a text: `KEY=VALUE`. An `=` of the key is written `\=`. */
export function pairOf(key: string, value: string): string {
  return `${key.replaceAll(/[\\=]/g, "\\$&")}=${value}`;
}

/** The key and the value of a pair; undefined of a text that is none. */
export function splitPair(pair: string): readonly [key: string, value: string] | undefined {
  const [, key, value = ""] = /^((?:\\.|[^\\=])+)=(.*)$/su.exec(pair) ?? [];
  return key === undefined ? undefined : [key.replaceAll(/\\(.)/gsu, "$1"), value];
}
