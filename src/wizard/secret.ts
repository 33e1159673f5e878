import inquirer from "inquirer";

/** Asks for a password or passphrase on the terminal, without showing it. */
export async function secret(message: string): Promise<string> {
  const { text } = await inquirer.prompt<{ text: string }>([{ type: "password", name: "text", message, mask: "*" }]);
  return text;
}
