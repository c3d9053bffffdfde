// What the rig gives to integration tests: `inject("rig")`. It is started once a run by setup.ts.

export interface Rig {
  readonly buildkit: {
    /** "unix:///…/buildkitd.sock" */
    readonly address: string;
    readonly buildctl: string;
    readonly buildkitd: string;
  };
  readonly registry: {
    /** "127.0.0.1:40123": plain http, no authentication. */
    readonly address: string;
  };
  /** A small image (BusyBox, with a shell) for this machine's platform. */
  readonly busybox: {
    /** OCI image layout, absolute. */
    readonly directory: string;
    /** Of its manifest, "sha256:…". */
    readonly digest: string;
    /** The same image in the registry: "127.0.0.1:40123/lamina-test/busybox:1". */
    readonly reference: string;
  };
}

declare module "vitest" {
  interface ProvidedContext {
    readonly rig: Rig;
  }
}
