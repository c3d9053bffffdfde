// The provider as its endpoints see it.

import type { Image, ServerType } from "./offering.ts";
import type { Presenter } from "./presenter.ts";
import type { Project } from "./project.ts";

export interface Provider {
  readonly project: Project;
  readonly presenter: Presenter;
  readonly serverTypes: readonly ServerType[];
  /** The provider's and the project's. */
  readonly images: readonly Image[];
  readonly belongings: Belongings;
  /** Since October 2026: neither the endpoints nor the fields. */
  readonly datacentersGone: boolean;
}

/** What a project has of its own, beside servers and keys. */
export interface Belongings {
  readonly firewalls: readonly Belonging[];
  readonly networks: readonly Belonging[];
  readonly placementGroups: readonly Belonging[];
}

interface Belonging {
  readonly id: number;
  readonly name: string;
}
