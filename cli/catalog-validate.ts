#!/usr/bin/env node
// The bin `catalog-validate`: `lamina catalog-validate`, for those who only check catalogs.

import { start } from "./start.ts";

await start(process.argv.slice(2), "catalog-validate");
