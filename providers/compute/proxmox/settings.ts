// What build directives may say of machines at Proxmox VE under `runners.settings`.

import { z } from "zod";
import { positiveInteger } from "../../../schemas/form/number.ts";
import { evenIfOthersFail, strictRecord } from "../../../schemas/form/record.ts";
import { nonEmptyText, textLike } from "../../../schemas/form/text.ts";
import { platform } from "../../../schemas/platform.ts";

export const endpointPattern = /^https:\/\/[^\s?#@]+$/;

/** Below 100 Proxmox VE keeps them to itself. */
const vmid = z.int("must be a number of a machine, such as 9000").min(100, "must be 100 or more");
const name = (what: string) => textLike(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, what);

export const proxmoxSettings = strictRecord("settings of proxmox", {
  /** PROXMOX_VE_ENDPOINT goes over it. */
  url: textLike(
    endpointPattern,
    "an https URL without a password, such as https://pve.example:8006",
  ).optional(),
  /** The server's certificate, known by its SHA-256 as Proxmox VE shows it: pairs of hexadecimal digits with colons. */
  fingerprint: textLike(
    /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$/,
    "a SHA-256 fingerprint: 32 pairs of hexadecimal digits with colons between",
  ).optional(),
  /** PEM of the authority of the server's certificate: /etc/pve/pve-root-ca.pem, say by `import "pve.pem" as 'Text`. */
  authority: nonEmptyText("a certificate (PEM)").optional(),
  /** Where machines run. */
  node: name("the name of a node"),
  /** What they are clones of: boots cloud-init, the guest agent and buildkitd. */
  template: vmid,
  /** Where their disks go; absent: to the template's own storage, as linked clones. */
  storage: name("the name of a storage").optional(),
  /** The resource pool that they belong to, which the token may be confined to. */
  resource_pool: name("the name of a resource pool").default("lamina"),
  /** Numbers that nobody else gives to machines. */
  vmid_from: vmid.default(9000),
  vmid_to: vmid.default(9999),
  /** The template's own by default. */
  bridge: name("the name of a bridge").optional(),
  /** Of the node's processors. */
  platform: platform.default(platform.parse("linux/amd64")),
  /** From its start until the guest agent tells address and host key. */
  boot_timeout_s: positiveInteger("a number of seconds above 0").default(240),
}).superRefine((settings, context) => {
  if (settings.vmid_to < settings.vmid_from)
    context.addIssue({ code: "custom", path: ["vmid_to"], message: "must not be below `vmid_from`" });
  if (settings.fingerprint !== undefined && settings.authority !== undefined)
    context.addIssue({
      code: "custom",
      path: ["authority"],
      message: "must not stand beside `fingerprint`: one of them says whom to trust",
    });
}, evenIfOthersFail);

export type ProxmoxSettings = z.output<typeof proxmoxSettings>;
