#!/usr/bin/env node
// The bin `lamina`. Answers --version before anything else is loaded.

import { start } from "./start.ts";

await start(process.argv.slice(2));
