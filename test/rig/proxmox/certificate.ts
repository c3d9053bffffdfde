// A certificate of a test server's own, as Proxmox VE makes one for itself when it is installed. Made by openssl.

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestCertificate {
  /** PEM */
  readonly certificate: string;
  readonly key: string;
  /** SHA-256: pairs of hexadecimal digits with colons. */
  readonly fingerprint: string;
}

/** For 127.0.0.1 and for a day. */
export function makeCertificate(): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), "lamina-certificate-"));
  try {
    const at = (name: string): string => join(folder, name);
    execFileSync(
      "openssl",
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test
       -addext subjectAltName=IP:127.0.0.1 -keyout ${at("key")} -out ${at("certificate")}`.split(/\s+/),
      { stdio: "pipe" },
    );
    const certificate = readFileSync(at("certificate"), "utf8");
    return {
      certificate,
      key: readFileSync(at("key"), "utf8"),
      fingerprint: new X509Certificate(certificate).fingerprint256,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
