// The module of the thread with the large stack on which deep evaluations are done again.

import { runDeepThread } from "../providers/host/deep-thread-keep.ts";

await runDeepThread(() => import("./nickel-jobs.ts"));
