// What stands behind a server of the test API: a maker is asked for a machine when a server is created, and the machine is
// taken away when it is deleted. Bodies: machines-in-memory.ts, machines-in-yard.ts.

export interface MachineOrder {
  /** The server's name, unique in its project. */
  readonly name: string;
  /** "cax21". */
  readonly serverType: string;
  /** Of that type, as the provider sells it. */
  readonly memoryBytes: number;
  readonly architecture: "arm" | "x86";
  /** As it was sent: cloud-init, "" where none was. */
  readonly userData: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The machine is to prove itself with another SSH host key than `userData` gives it. */
  readonly otherHostKey: boolean;
}

export interface MadeMachine {
  /** Known before it has booted, as with the provider. */
  readonly ipv4: string;
  /** Resolves when the provider says that it runs; what is to run on it may come up later. Rejects where it never does. */
  readonly running: Promise<void>;
  /** Resolves when nothing of it is left. May be called while it boots, and twice. */
  readonly destroy: () => Promise<void>;
}

export interface MachineMaker {
  readonly make: (order: MachineOrder) => Promise<MadeMachine>;
}
