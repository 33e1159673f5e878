import inquirer from "inquirer";

/** Asks a yes-or-no question on the terminal; no is the default. */
export async function confirm(message: string): Promise<boolean> {
  const { yes } = await inquirer.prompt<{ yes: boolean }>([{ type: "confirm", name: "yes", message, default: false }]);
  return yes;
}
