// Port: machines that are leased and given back.
//
// Laws, held by test/ports/compute.ts on every body:
// 1. Nothing rejects: what can go wrong is a ComputeFailure. No credential stands in one.
// 2. `create` is idempotent by the lease: asked again, after a lost answer or a crash, it gives the machine that is there. A
//    machine of that name with other marks is not taken: "refused".
// 3. `list` gives every machine of the pool, also one that is still being made or came up broken, and none of another pool.
// 4. `destroy` has succeeded when the machine costs nothing any more; for one that is not there it succeeds. A machine without
//    the marks of the pool and lease is not touched: "refused".
// 5. After `signal` aborts, a call settles with {kind: "canceled"}. What came of a `create` then only `list` tells.
// 6. Where `create` fails, nothing of the lease is left, or `list` shows it.
// 7. `survey` asks each thing once and answers within seconds: whether to ask again is the caller's to decide. What it tells is
//    what `offers` would tell of every size: the same kinds, in the same order, at the same prices.

import type { LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Result } from "../core/result.ts";

export interface MachineSize {
  readonly cpu: number;
  readonly memoryGb: number;
}

/** A kind of machine at a place, as it may be had. */
export interface MachineOffer extends MachineSize {
  /** The provider's word, such as "cax21". */
  readonly type: string;
  /** The provider's word, such as "fsn1"; "" where it knows none. */
  readonly location: string;
  /** Net of VAT, all that the machine needs included; 0 where nothing is paid. */
  readonly eurPerHour: number;
  /** "started-hour": each hour begun since its creation is paid whole. */
  readonly billing: "started-hour" | "second" | "free";
}

/** A kind of machine at a place, whatever size is asked for. */
export interface MachineKind extends MachineOffer {
  /** What it builds without emulation. */
  readonly platforms: readonly Platform[];
  /** "fixed": cpu and memory are what it has. "up-to": a machine has the size that is asked for, and that is no more than these. */
  readonly sizing: "fixed" | "up-to";
  /** As the provider tells it now, which is no promise. */
  readonly isAvailable: boolean;
}

export interface Survey {
  /** In the order in which they are tried. */
  readonly kinds: readonly MachineKind[];
  /** Platforms that the provider has machines for, and the configuration has not. */
  readonly excluded: readonly { readonly platform: Platform; readonly fault: RunnersFault }[];
}

/** What directives' `runners` say and the provider does not know. */
export interface RunnersFault {
  /** Below `runners`: ["settings", "ssh_keys", 0]. */
  readonly path: readonly (string | number)[];
  /** A predicate: "names no server type of Hetzner Cloud". */
  readonly message: string;
  readonly help?: string | undefined;
}

/** A pair of ed25519 keys. */
export interface KeyPair {
  /** OpenSSH's PEM. */
  readonly privateKey: string;
  /** "ssh-ed25519 AAAA…", without a comment. */
  readonly publicKey: string;
}

export interface CreateRequest {
  readonly leaseId: LeaseId;
  /** One for each project: what tells our machines from others'. `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?` */
  readonly pool: string;
  readonly offer: MachineOffer;
  readonly platform: Platform;
  /** Milliseconds since the epoch: later the machine is left over, whoever leased it. */
  readonly expiresAtMs: number;
  /** May log in. */
  readonly authorizedKey: string;
  /** What the machine is to prove itself with, where the provider can hand it over. */
  readonly hostKey: KeyPair;
}

/** Where a machine's BuildKit is reached. */
export type Endpoint =
  /** This machine's own builder: nothing is leased. */
  | { readonly kind: "local" }
  | {
      readonly kind: "ssh";
      readonly host: string;
      readonly port: number;
      readonly user: string;
      /** "ssh-ed25519 AAAA…": no other key is accepted. */
      readonly hostKey: string;
      /** Absolute path on the machine of the socket that buildkitd listens on. */
      readonly buildkitSocket: string;
    };

/** A machine of ours, as its provider tells of it. */
export interface LeasedMachine {
  /** The provider's own id. */
  readonly machineId: string;
  readonly leaseId: LeaseId;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly type: string;
  readonly location: string;
  /** As it was asked for; 0 where nothing is paid, or nothing is known of it. */
  readonly eurPerHour: number;
  /** In the provider's words, for people: "running", "off". */
  readonly state: string;
}

/** One that can be used, once it has booted. */
export interface Machine extends LeasedMachine {
  readonly endpoint: Endpoint;
}

export interface Compute {
  /** As in BuildDirectives: "hcloud". */
  readonly name: string;
  /** What the provider has, before anything is asked of it; held against what was configured. */
  survey(signal: AbortSignal): Promise<Result<Survey, SurveyFailure>>;
  /** What holds the size, in the order in which it is to be tried; prices as they are now. Empty: nothing here ever does. */
  offers(
    size: MachineSize,
    platform: Platform,
    signal: AbortSignal,
  ): Promise<Result<readonly MachineOffer[], ComputeFailure>>;
  /** Resolves when the machine has an address; it may still be booting. */
  create(request: CreateRequest, signal: AbortSignal): Promise<Result<Machine, ComputeFailure>>;
  /** By the lease: whoever crashed may never have learned the machine's id. */
  destroy(
    lease: { readonly leaseId: LeaseId; readonly pool: string },
    signal: AbortSignal,
  ): Promise<Result<void, ComputeFailure>>;
  list(pool: string, signal: AbortSignal): Promise<Result<readonly LeasedMachine[], ComputeFailure>>;
  /** Ends connections; leases stay as they are. Safe to call twice. */
  close(): Promise<void>;
}

/** Messages are phrases for people, with the provider's own words and its correlation id where it gives one. */
export type ComputeFailure =
  /** This offer cannot be had now; another may. */
  | { readonly kind: "no-capacity"; readonly message: string }
  /** The account's limit: no other offer helps, only waiting or releasing. */
  | { readonly kind: "limit-reached"; readonly message: string }
  /** Credentials, configuration, or a machine that is not ours: trying again is of no use. */
  | { readonly kind: "refused"; readonly message: string; readonly help?: string | undefined }
  /** The provider could not be reached, or answered with its own failure, after the retries that are due. */
  | { readonly kind: "unavailable"; readonly message: string }
  /** The machine was made and came up broken; it is gone again. */
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "canceled" };

/** Why a provider cannot be leased from at all. */
export type SurveyFailure =
  /** Credentials that are not accepted, or a place where no such provider is. */
  | { readonly kind: "refused"; readonly message: string; readonly help?: string | undefined }
  /** No answer, or the provider's own failure: in a while it may be over. `help` says what of this side may be in the way. */
  | { readonly kind: "unavailable"; readonly message: string; readonly help?: string | undefined }
  /** At least one fault; all that were found. */
  | { readonly kind: "misconfigured"; readonly faults: readonly RunnersFault[] }
  | { readonly kind: "canceled" };
