import { QuintetError } from "../../src/errors.ts";
import { connect } from "../../src/remote/connect.ts";
import { readRehearsal } from "./rehearsal.ts";

/**
 * A program whose host loses power while a command runs there: says "running", and then the error that this gave.
 * It ends only when nothing of the connection is left to wait for. Arguments: stack directory, host.
 */
export const connectProgram = import.meta.filename;

if (import.meta.main) {
  const [, , directory = "", name = ""] = process.argv;
  const [host] = (await readRehearsal(directory, [name])).hosts;
  if (host === undefined) throw new Error(name);
  const session = await connect({ directory }, host);
  session.stream(["sh", "-c", "echo running; cat"], (line) => process.stdout.write(`${line}\n`));
  try {
    await session.run(["sleep", "600"]);
  } catch (error) {
    process.stdout.write(`${error instanceof QuintetError ? error.fields.message : String(error)}\n`);
  }
  session.close();
}
