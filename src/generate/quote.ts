/** Text as a double-quoted YAML scalar: JSON's strings are YAML's, but for some signs that YAML wants escaped. */
export function yaml(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Text as a YAML scalar in which Ansible looks for no templates. `!unsafe` also makes Ansible guess a type ("007" would
 * become 7), so it stands only where there are braces: what has those is never anything but text.
 */
export function yamlText(value: string): string {
  return /\{[{%#]/.test(value) ? `!unsafe ${yaml(value)}` : yaml(value);
}

/** A name as a YAML key: plain, but for the words that YAML 1.1 takes for something else than text. */
export function yamlKey(name: string): string {
  return /^(y|n|yes|no|on|off|true|false|null)$/i.test(name) ? yaml(name) : name;
}

/** Text in which Jinja finds nothing to do. */
export function jinjaText(value: string): string {
  return value.replace(/\{(?=[{%#])/g, "{{ '{' }}");
}

/** host:port, with brackets around an IPv6 address. */
export function hostPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
