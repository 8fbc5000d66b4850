/** A text as a URL; undefined if it is none. `URL.canParse` of Node 20 goes wrong after some thousand calls. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
