import { connect } from "node:net";
import type { Readable } from "node:stream";

// The agent protocol (draft-ietf-sshm-ssh-agent): messages of a length, a type and a body.
export const REQUEST_IDENTITIES = 11;
const IDENTITIES = 12;
export const SIGN = 13;
export const FAILURE = Buffer.from([5]);

/** Longer ones are not an agent's. OpenSSH has the same limit. */
const LONGEST = 256 * 1024;

/** The messages of a stream, each without its length. */
export async function* messagesOf(stream: Readable): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 4) {
      const end = 4 + rest.readUInt32BE(0);
      if (end > LONGEST) return;
      if (rest.length < end) break;
      yield rest.subarray(4, end);
      rest = rest.subarray(end);
    }
  }
}

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** The first string of a message's body, which names the key in a request to sign. */
export function keyIn(message: Buffer): Buffer {
  return message.length < 5 ? Buffer.alloc(0) : message.subarray(5, 5 + message.readUInt32BE(1));
}

/** What an agent answers; a failure where it does not. */
export async function askAgent(socketPath: string, message: Buffer): Promise<Buffer> {
  const socket = connect(socketPath);
  try {
    socket.write(framed(message));
    for await (const answer of messagesOf(socket)) return answer;
    return FAILURE;
  } catch {
    return FAILURE;
  } finally {
    socket.destroy();
  }
}

/** One list of the keys of two. */
export function mergeIdentities(first: Buffer, second: Buffer): Buffer {
  const lists = [first, second].filter((one) => one[0] === IDENTITIES && one.length >= 5);
  const head = Buffer.alloc(5);
  head[0] = IDENTITIES;
  head.writeUInt32BE(
    lists.reduce((sum, one) => sum + one.readUInt32BE(1), 0),
    1,
  );
  return Buffer.concat([head, ...lists.map((one) => one.subarray(5))]);
}
