// The state behind the test API: servers, their actions, SSH keys.

export type ServerStatus = "initializing" | "starting" | "running" | "off" | "deleting";

/** A server as tests see it. */
export interface ServerState {
  readonly id: number;
  readonly name: string;
  readonly status: ServerStatus;
  readonly type: string;
  readonly location: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ipv4: string;
  readonly createdAtMs: number;
}
