import { join } from "node:path";
import type { CommandOptions, CommandResult } from "../../command.ts";
import type { Stack } from "../../stack/stack.ts";
import type { VagrantProvider } from "../provider.ts";
import type { VagrantWorld } from "./world.ts";

/** Where all that Vagrant keeps of a stack's machines is: two stacks never meet. */
export function stateDirectory(stack: Pick<Stack, "directory">): string {
  return join(stack.directory, ".quintet", "vagrant");
}

/** The Vagrantfile, and which stack it is about, whatever the user has set for Vagrantfiles of their own. */
export function vagrantEnv(
  world: Pick<VagrantWorld, "vagrantfileDirectory">,
  stack: Pick<Stack, "directory">,
  provider: VagrantProvider,
): Record<string, string> {
  return {
    QUINTET_STACK: stack.directory,
    VAGRANT_BOX_UPDATE_CHECK_DISABLE: "1",
    VAGRANT_CHECKPOINT_DISABLE: "1",
    VAGRANT_CWD: world.vagrantfileDirectory,
    VAGRANT_DEFAULT_PROVIDER: provider,
    VAGRANT_DOTFILE_PATH: stateDirectory(stack),
    VAGRANT_NO_COLOR: "1",
    VAGRANT_VAGRANTFILE: "Vagrantfile",
  };
}

/** Calls Vagrant about the machines of a stack. */
export type Vagrant = (words: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

export function vagrantFor(world: VagrantWorld, stack: Stack, provider: VagrantProvider): Vagrant {
  const env = vagrantEnv(world, stack, provider);
  // Ctrl-C ends what Vagrant has started with it.
  return (words, options) => world.run(["vagrant", ...words], { ...options, env });
}

/** One line of `--machine-readable`. */
export interface Fact {
  /** The machine's name; empty: it is about none. */
  readonly machine: string;
  readonly type: string;
  readonly data: string;
}

export function parseFacts(output: string): Fact[] {
  return output.split("\n").flatMap((line) => {
    const [time = "", machine = "", type = "", ...data] = line.split(",");
    if (!/^\d+$/.test(time) || type === "") return [];
    const text = data.join(",").replaceAll("%!(VAGRANT_COMMA)", ",").replaceAll("\\n", "\n");
    return [{ machine, type, data: text }];
  });
}

/** What Vagrant does to which machine, of a line for people; undefined: it says nothing of the kind. */
export function parseProgress(line: string): { readonly host: string; readonly text: string } | undefined {
  const [, host, text] = /^(?:==>|\s{3,4}) ?([a-z][a-z0-9-]*): (\S.*)$/.exec(line) ?? [];
  return host === undefined || text === undefined ? undefined : { host, text: text.trim() };
}
