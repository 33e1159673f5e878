import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate for a name (or for what `subject` says, such as IP:127.0.0.1), from a CA made for it. */
export function makeCertificate(domain: string, days = 30, subject = `DNS:${domain}`): TestCertificate {
  const directory = mkdtempSync(join(tmpdir(), "quintet-certificate-"));
  const openssl = (...argv: string[]) => execFileSync("openssl", argv, { cwd: directory, stdio: "pipe" });
  const read = (name: string) => readFileSync(join(directory, name), "utf8");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    writeFileSync(join(directory, "ext"), `subjectAltName=${subject}\n`);
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test CA");
    openssl("req", ...key, "-keyout", "site.key", "-out", "site.csr", "-subj", `/CN=${domain}`);
    const from = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    openssl("x509", "-req", "-in", "site.csr", ...from, "-days", String(days), "-extfile", "ext", "-out", "site.pem");
    return { ca: read("ca.pem"), cert: read("site.pem"), key: read("site.key") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
