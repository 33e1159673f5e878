import { createHash } from "node:crypto";
import { join } from "node:path";
import { EXIT, QuintetError } from "../../errors.ts";
import type { Host } from "../../stack/stack.ts";
import { must, privileged } from "../privileged.ts";
import { guestFiles, newHostKey, prepareGuest } from "./guest.ts";
import { imagePath } from "./image.ts";
import type { NetworkPlan } from "./network-plan.ts";
import { mountDisk, unmountArgv } from "./overlay.ts";
import type { NspawnWorld } from "./world.ts";

/** Kept beside a machine's disk, and written last: without it the disk is half-made and is made again. */
interface Made {
  /** The image that the disk stands on. */
  readonly image: string;
  /** Hash of what the machine was made from. */
  readonly settings: string;
  readonly hostKey: string;
}

export interface DiskSettings {
  readonly host: Host;
  readonly plan: NetworkPlan;
  readonly resolver: string;
  /** Public key that may log in. */
  readonly key: string;
  /** What sudo asks for on machines that are made so. */
  readonly sudoPassword: string | undefined;
}

function settingsOf({ host, plan, key }: DiskSettings): string {
  const { name, address, privateAddress, ssh, machine } = host;
  const { gateway, network } = plan;
  const login = [ssh.user, ssh.port, machine.sudo, key];
  const parts = [name, address, privateAddress, machine.suite, gateway, network.prefix, ...login];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

async function readMade(world: NspawnWorld, directory: string): Promise<Made | undefined> {
  const { exitCode, stdout } = await privileged(world)(["cat", join(directory, "made.json")]);
  return exitCode === 0 ? (JSON.parse(stdout) as Made) : undefined;
}

/** Gives the machine a mounted disk, the one it had if it had one; returns its public host key. */
export async function ensureDisk(world: NspawnWorld, directory: string, settings: DiskSettings): Promise<string> {
  const { host } = settings;
  const made = await readMade(world, directory);
  if (made !== undefined && made.settings !== settingsOf(settings)) {
    throw new QuintetError({
      message: `The machine ${host.name} was made from other settings than stack.yml has now.`,
      exitCode: EXIT.preflight,
      host: host.name,
      step: "machines",
      next: `${world.command("rehearse down")} && ${world.command("rehearse up")}`,
    });
  }
  if (made === undefined) return makeDisk(world, directory, settings);
  await mountDisk(world, host.name, made.image, directory);
  return made.hostKey;
}

/** Mounts the disk that the machine had. */
export async function remountDisk(world: NspawnWorld, directory: string, host: string): Promise<void> {
  const made = await readMade(world, directory);
  if (made === undefined) {
    throw new QuintetError({
      message: `There is no machine ${host} to start.`,
      exitCode: EXIT.preflight,
      host,
      step: "machines",
      next: world.command("rehearse up"),
    });
  }
  await mountDisk(world, host, made.image, directory);
}

async function makeDisk(world: NspawnWorld, directory: string, settings: DiskSettings): Promise<string> {
  const { host, plan, resolver, key } = settings;
  const password = host.machine.sudo === "password" ? settings.sudoPassword : undefined;
  const run = privileged(world);
  const doing = { doing: "make the machine's disk", host: host.name };
  const image = imagePath(world.cacheDirectory, host.machine.suite);
  await must(run, unmountArgv([directory]), doing);
  await must(run, ["rm", "-rf", "--one-file-system", directory], doing);
  await must(run, ["mkdir", "-p", ...["upper", "work", "root"].map((name) => join(directory, name))], doing);
  await mountDisk(world, host.name, image, directory);
  const hostKey = await newHostKey(world, host.name);
  const files = guestFiles(host, plan, resolver, hostKey);
  await prepareGuest(world, join(directory, "root"), host, { key, password, files });
  const made: Made = { image, settings: settingsOf(settings), hostKey: hostKey.publicKey };
  const file = join(directory, "made.json");
  await must(run, ["tee", `${file}.new`], doing, { input: JSON.stringify(made) });
  await must(run, ["mv", `${file}.new`, file], doing);
  return made.hostKey;
}
