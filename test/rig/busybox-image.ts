// A base image for tests that is there in a moment: static BusyBox with its applets, as an OCI image layout.

import { chmod, copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { packRootfs } from "../../scripts/tools/oci-layout.ts";

/** 2025-01-01 */
const sourceDateEpoch = 1_735_689_600;

/** Writes the layout into `directory` (made if need be) and returns the manifest's digest. */
export async function makeBusyboxImage(busybox: string, directory: string): Promise<string> {
  const root = join(directory, "rootfs");
  const tar = join(directory, "rootfs.tar");
  for (const folder of ["bin", "etc", "root", "tmp"]) await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  await copyFile(busybox, join(root, "bin/busybox"));
  const { stdout } = await execa(busybox, ["--list"]);
  for (const applet of stdout.split("\n").filter((name) => name !== "busybox")) {
    await symlink("busybox", join(root, "bin", applet));
  }
  await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\n");
  await execa("tar", [
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${String(sourceDateEpoch)}`,
    `--directory=${root}`,
    `--file=${tar}`,
    "--create",
    ".",
  ]);
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const digest = await packRootfs(tar, directory, { architecture, command: ["sh"], sourceDateEpoch });
  await rm(root, { recursive: true });
  await rm(tar);
  return digest;
}
