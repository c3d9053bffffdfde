// A node of Proxmox VE as far as the API shows it: machines, their locks and guests, tasks that take a while, and the words of its
// errors. Nothing happens by itself: whoever asks moves it on a step.

export interface TestMachine {
  readonly vmid: number;
  readonly type: "qemu" | "lxc";
  /** As the API takes and shows it: "name", "tags", "cores", "memory", "sshkeys", … */
  readonly config: Map<string, string>;
  readonly isTemplate: boolean;
  status: "stopped" | "running";
  /** "clone" while it is cloned. */
  lock: string | undefined;
  /** Steps until the guest agent answers, and then until cloud-init is done. */
  bootSteps: number;
}

/** Refused with a status and words, as PVE::Exception. */
export class ApiFault extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, errors?: Readonly<Record<string, string>>) {
    super(message);
    this.name = "ApiFault";
    this.status = status;
    this.errors = errors;
  }
}

interface Task {
  readonly upid: string;
  steps: number;
  exitstatus: string | undefined;
  /** What it does in the end; what it throws is how it ended. */
  readonly finish: () => void;
}

export const templateId = 100;
const gibibyte = 2 ** 30;
const tagPattern = /^[a-z0-9_][a-z0-9_\-+.]*$/;

export class TestNode {
  readonly name = "pve";
  readonly machines = new Map<number, TestMachine>();
  readonly tasks = new Map<string, Task>();
  /** How often a clone met another one on the storage. */
  lockouts = 0;
  /** How many clones to come meet somebody else's lock: at once, as the facts have it, or in their task. */
  foreignLocks: ("request" | "task")[] = [];
  /** How many clones to come find that somebody took their number a moment before. */
  stolenNumbers = 0;
  memoryGb = 64;
  freeGb = 64;
  storages = ["local", "local-zfs"];
  bridges = ["vmbr0"];
  guestsAnswer = true;
  /** Machines stop as soon as they were started. */
  machinesDie = false;
  /** How many steps a task takes, and a boot until the agent answers. */
  taskSteps = 2;
  bootSteps = 2;
  #taskCount = 0;

  constructor() {
    const config = new Map([
      ["name", "template"],
      ["cores", "1"],
      ["memory", "1024"],
    ]);
    this.machines.set(templateId, {
      vmid: templateId,
      type: "qemu",
      config,
      isTemplate: true,
      status: "stopped",
      lock: undefined,
      bootSteps: 0,
    });
  }

  /** All that is under way goes on. */
  step(): void {
    for (const task of this.tasks.values()) {
      if (task.exitstatus !== undefined) continue;
      task.steps -= 1;
      if (task.steps > 0) continue;
      try {
        task.finish();
        task.exitstatus = "OK";
      } catch (error) {
        task.exitstatus = error instanceof Error ? error.message : String(error);
      }
    }
  }

  put(vmid: number, type: TestMachine["type"], config: Readonly<Record<string, string>>): TestMachine {
    const machine: TestMachine = {
      vmid,
      type,
      config: new Map(Object.entries(config)),
      isTemplate: false,
      status: "running",
      lock: undefined,
      bootSteps: 0,
    };
    this.machines.set(vmid, machine);
    return machine;
  }

  resources(): readonly object[] {
    return Array.from(this.machines.values(), (machine) => ({
      id: `${machine.type}/${machine.vmid}`,
      type: machine.type,
      vmid: machine.vmid,
      node: this.name,
      name: machine.config.get("name"),
      tags: machine.config.get("tags"),
      status: machine.status,
      template: machine.isTemplate ? 1 : 0,
      maxcpu: Number(machine.config.get("cores") ?? 1),
      maxmem: Number(machine.config.get("memory") ?? 512) * 2 ** 20,
    }));
  }

  status(): object {
    return {
      cpuinfo: { cpus: 16 },
      memory: { total: this.memoryGb * gibibyte, free: this.freeGb * gibibyte, used: 0 },
    };
  }

  clone(from: number, parameters: ReadonlyMap<string, string>): string {
    const template = this.machine(from);
    const vmid = Number(parameters.get("newid"));
    if (!(vmid >= 100))
      throw new ApiFault(400, "Parameter verification failed.", { newid: "invalid format" });
    if (this.stolenNumbers > 0) {
      this.stolenNumbers -= 1;
      this.put(vmid, "qemu", { name: "another" });
    }
    if (this.machines.has(vmid))
      throw new ApiFault(
        500,
        `unable to create VM ${vmid} - VM ${vmid} already exists on node '${this.name}'`,
      );
    const isCloning = Array.from(this.machines.values()).some(({ lock }) => lock === "clone");
    const foreign = this.foreignLocks.shift();
    if (isCloning) this.lockouts += 1;
    if (isCloning || foreign === "request")
      throw new ApiFault(500, `can't lock file '/var/lock/qemu-server/lock-${from}.conf' - got timeout`);
    const config = new Map(template.config);
    for (const key of ["name", "description"]) {
      const value = parameters.get(key);
      if (value !== undefined) config.set(key, value);
    }
    const machine: TestMachine = {
      vmid,
      type: "qemu",
      config,
      isTemplate: false,
      status: "stopped",
      lock: "clone",
      bootSteps: this.bootSteps,
    };
    this.machines.set(vmid, machine);
    return this.#start("qmclone", vmid, () => {
      if (foreign === "task") {
        this.machines.delete(vmid);
        throw new Error("clone failed: cfs-lock 'storage-local' error: got lock request timeout");
      }
      machine.lock = undefined;
    });
  }

  configure(vmid: number, parameters: ReadonlyMap<string, string>): void {
    const machine = this.#unlocked(vmid);
    for (const tag of (parameters.get("tags") ?? "").split(";").filter((one) => one !== ""))
      if (!tagPattern.test(tag))
        throw new ApiFault(400, "Parameter verification failed.", { tags: `invalid format - ${tag}` });
    const keys = decodeURIComponent(parameters.get("sshkeys") ?? "");
    if (keys !== "" && !/^ssh-ed25519 [A-Za-z0-9+/=]+\n$/.test(keys))
      throw new ApiFault(400, "Parameter verification failed.", {
        sshkeys: "SSH public key validation error",
      });
    for (const [key, value] of parameters) machine.config.set(key, value);
  }

  start(vmid: number): string {
    const machine = this.#unlocked(vmid);
    return this.#start("qmstart", vmid, () => {
      if (machine.status === "running") throw new Error(`VM ${vmid} already running`);
      if (this.machinesDie) throw new Error("start failed: QEMU exited with code 1");
      machine.status = "running";
    });
  }

  stop(vmid: number): string {
    const machine = this.#unlocked(vmid);
    return this.#start("qmstop", vmid, () => {
      machine.status = "stopped";
    });
  }

  destroy(vmid: number): string {
    const machine = this.#unlocked(vmid);
    if (machine.status === "running") throw new ApiFault(500, `VM ${vmid} is running - destroy failed`);
    return this.#start("qmdestroy", vmid, () => {
      if (!this.machines.delete(vmid)) this.machine(vmid);
    });
  }

  /** What the guest agent tells; each question brings its boot on. */
  guest(vmid: number, command: string, parameters: ReadonlyMap<string, string>): unknown {
    const machine = this.machine(vmid);
    if (machine.status !== "running") throw new ApiFault(500, `VM ${vmid} is not running`);
    if (this.guestsAnswer) machine.bootSteps -= 1;
    if (!this.guestsAnswer || machine.bootSteps > 0)
      throw new ApiFault(500, "QEMU guest agent is not running");
    if (command === "network-get-interfaces")
      return {
        result: [
          { name: "lo", "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4" }] },
          {
            name: "eth0",
            "ip-addresses": [
              { "ip-address": "fe80::1", "ip-address-type": "ipv6" },
              { "ip-address": `10.77.1.${vmid % 256}`, "ip-address-type": "ipv4" },
            ],
          },
        ],
      };
    const file = parameters.get("file") ?? "";
    if (file === "/run/cloud-init/result.json" && machine.bootSteps < -1)
      return { content: "{}", "bytes-read": 2 };
    if (file === "/etc/ssh/ssh_host_ed25519_key.pub")
      return { content: `${hostKeyOf(vmid)} root@guest\n`, "bytes-read": 100 };
    throw new ApiFault(500, `Agent error: Failed to open file '${file}': No such file or directory`);
  }

  taskStatus(upid: string): object {
    const task = this.tasks.get(upid);
    if (task === undefined) throw new ApiFault(500, "no such task");
    const { exitstatus } = task;
    return exitstatus === undefined ? { upid, status: "running" } : { upid, status: "stopped", exitstatus };
  }

  machine(vmid: number): TestMachine {
    const machine = this.machines.get(vmid);
    if (machine?.type === "qemu") return machine;
    throw new ApiFault(
      500,
      `Configuration file 'nodes/${this.name}/qemu-server/${vmid}.conf' does not exist`,
    );
  }

  #unlocked(vmid: number): TestMachine {
    const machine = this.machine(vmid);
    if (machine.lock !== undefined) throw new ApiFault(500, `VM is locked (${machine.lock})`);
    return machine;
  }

  #start(type: string, vmid: number, finish: () => void): string {
    this.#taskCount += 1;
    const upid = `UPID:${this.name}:${hex(this.#taskCount)}:${hex(1)}:${hex(1)}:${type}:${vmid}:lamina@pve!test:`;
    this.tasks.set(upid, { upid, steps: this.taskSteps, exitstatus: undefined, finish });
    return upid;
  }
}

/** What the guest of a number proves itself with. */
export function hostKeyOf(vmid: number): string {
  return `ssh-ed25519 ${Buffer.from(`host key of ${vmid}`).toString("base64")}`;
}

function hex(number: number): string {
  return number.toString(16).toUpperCase().padStart(8, "0");
}
