// The provider as its endpoints see it.

import type { ServerType } from "./offering.ts";
import type { Presenter } from "./presenter.ts";
import type { Project } from "./project.ts";

export interface Provider {
  readonly project: Project;
  readonly presenter: Presenter;
  readonly serverTypes: readonly ServerType[];
  /** Since October 2026: neither the endpoints nor the fields. */
  readonly datacentersGone: boolean;
}
