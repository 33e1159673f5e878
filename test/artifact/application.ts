import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

/** Writes a small application, with what a developer's directory has besides. */
export async function writeApplication(directory: string): Promise<void> {
  const files = {
    "server.js": "console.log('hello')\n",
    "bin/start": "#!/bin/sh\nexec node server.js\n",
    "public/index.html": "<!doctype html>\n",
    "public/assets/style.css": "body {}\n",
    "node_modules/left-pad/index.js": "made by an earlier build\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    "packages/inner/node_modules/x/index.js": "made by an earlier build\n",
    "packages/inner/index.js": "inner\n",
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  }
  await chmod(path.join(directory, "bin/start"), 0o755);
  await symlink("server.js", path.join(directory, "main.js"));
}
