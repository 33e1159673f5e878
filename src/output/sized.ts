import type { TextStream } from "./output.ts";

const USUAL = { columns: 80, rows: 24 };

/**
 * The same stream for libraries that draw no more than it has room for. Some terminals (serial lines among them) say
 * that they have no columns and rows, and mean that they do not know.
 */
export function sized<Stream extends TextStream>(stream: Stream): Stream {
  return new Proxy(stream, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      return key === "columns" || key === "rows" ? value || USUAL[key] : value;
    },
  });
}
