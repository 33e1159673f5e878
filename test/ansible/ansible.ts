import { fileURLToPath } from "node:url";
import type { Ansible } from "../../src/ansible/find.ts";

const bin = (name: string) => fileURLToPath(new URL(`../../.venv/bin/${name}`, import.meta.url));

/** The Ansible that the setup script installs into the checkout. */
export const ansible: Ansible = { playbook: bin("ansible-playbook"), vault: bin("ansible-vault"), version: "" };
