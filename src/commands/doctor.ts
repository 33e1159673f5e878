import { type Ansible, findAnsible } from "../ansible/find.ts";
import { findPython } from "../ansible/python.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { nearestOf } from "../machines/choose.ts";
import { mendAll } from "../machines/lacking.ts";
import { providerTitle } from "../machines/provider.ts";
import { surveyProviders } from "../machines/survey.ts";
import { vagrantWorld } from "../machines/vagrant/world.ts";
import type { CommandContext, CommonOptions } from "./context.ts";

interface Finding {
  readonly purpose: string;
  readonly found: string;
  /** The command that mends it; undefined: nothing to mend. */
  readonly mend?: string;
  /** Whether it is said, and nothing depends on it. */
  readonly isOptional?: boolean;
}

/** `quintet doctor`: what this computer lacks, and the command that mends it. Changes nothing. */
export async function doctorCommand(_: CommonOptions, context: CommandContext): Promise<void> {
  const findings = [
    ...(await ansibleFindings(context)),
    await sshFinding(context),
    ...(await machineFindings(context)),
  ];
  context.emit({
    type: "table",
    title: "This computer",
    columns: ["for", "found", "mend it with"],
    rows: findings.map(({ purpose, found, mend }) => [purpose, found, mend ?? ""]),
  });
  const lacking = findings.filter(({ mend, isOptional }) => mend !== undefined && !isOptional);
  if (lacking.length === 0) {
    context.emit({
      type: "result",
      verb: "doctor",
      status: "passed",
      text: ["This computer has all that is needed."],
      data: findings,
    });
    return;
  }
  throw new QuintetError({
    message: `This computer is not ready: ${lacking.map(({ found }) => found).join("; ")}.`,
    exitCode: EXIT.preflight,
    step: "Look at this computer",
    next: [...new Set(lacking.map(({ mend }) => mend))].join(" && "),
  });
}

/** A private Ansible is made when it is first needed, so that only what that takes can be lacking. */
async function ansibleFindings(context: CommandContext): Promise<Finding[]> {
  const ansible: Ansible | undefined = await findAnsible(context);
  if (ansible !== undefined)
    return [{ purpose: "generate, apply", found: `ansible-core ${ansible.version}, ${ansible.playbook}` }];
  try {
    const python = await findPython(context.run);
    return [{ purpose: "generate, apply", found: `${python}; Ansible will be installed when it is first needed` }];
  } catch (error) {
    if (!(error instanceof QuintetError)) throw error;
    return [{ purpose: "generate, apply", found: error.message, mend: error.fields.next }];
  }
}

async function sshFinding({ run }: CommandContext): Promise<Finding> {
  const { exitCode, stderr } = await run(["ssh", "-V"]);
  return exitCode === 0
    ? { purpose: "apply, verify", found: stderr.trim() }
    : { purpose: "apply, verify", found: "lacks ssh", mend: "sudo apt-get install openssh-client" };
}

/** One provider that is complete is enough; of the others, what they lack is said, too, and is nothing to mend. */
async function machineFindings({ run, env }: CommandContext): Promise<Finding[]> {
  const surveyed = await surveyProviders(await vagrantWorld(run, env));
  const isEnough = surveyed.some(({ lacking }) => lacking.length === 0);
  const nearest = isEnough ? undefined : nearestOf(surveyed);
  return surveyed.map((one) => {
    const { provider, lacking } = one;
    const purpose = `rehearse --provider ${provider}`;
    if (lacking.length === 0) return { purpose, found: `all that ${providerTitle(provider)} machines need` };
    const found = `lacks ${lacking.map(({ what }) => what).join("; ")}`;
    return { purpose, found, mend: mendAll(lacking), ...(one !== nearest && { isOptional: true }) };
  });
}
