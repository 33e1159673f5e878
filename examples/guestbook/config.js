import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Reads the settings from environment variables; throws one sentence that names all that is missing. */
export function readConfig(env) {
  const missing = ["DATABASE_HOST", "DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_CA"].filter(
    (name) => !env[name],
  );
  if (missing.length > 0) throw new Error(`Set ${missing.join(", ")}: see README.md.`);
  return {
    /** Shown on the page and sent with every response, so that one can see which server answered. */
    serverName: env.SERVER_NAME || hostname(),
    listen: { host: env.HOST || "127.0.0.1", port: port(env, "PORT", 3000) },
    database: {
      host: env.DATABASE_HOST,
      port: port(env, "DATABASE_PORT", 3306),
      name: env.DATABASE_NAME,
      user: env.DATABASE_USER,
      password: env.DATABASE_PASSWORD,
      ca: readFileSync(env.DATABASE_CA, "utf8"),
    },
  };
}

function port(env, name, fallback) {
  const number = Number(env[name] || fallback);
  if (!Number.isInteger(number) || number < 0 || number > 65535) throw new Error(`${name} is not a port number.`);
  return number;
}
