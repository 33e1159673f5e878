/**
 * A line that GitHub's runner takes for a command: nothing in the words can end it or begin another one.
 * Errors and warnings show in the log and on the run's page; with a file and a line, in the changes of a pull request.
 */
export function command(name: string, properties: Readonly<Record<string, string>>, data: string): string {
  const words = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${[name, ...(words.length === 0 ? [] : [words.join(",")])].join(" ")}::${escapeData(data)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
