// Makes a catalog to measure on, as a committed git repository, with --built as if every layer had been built.
//
//   node bench/graph/generate.ts --layers 1000 --into DIR [--built]

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { lamina } from "./lamina.ts";
import { writeCatalog } from "./lamina-catalog.ts";
import { placeRepository } from "./place.ts";
import { affectedBy, chooseEdited, makeShape } from "./shape.ts";

const { values } = parseArgs({
  options: {
    layers: { type: "string", default: "1000" },
    into: { type: "string" },
    built: { type: "boolean", default: false },
  },
});
if (values.into === undefined) throw new Error("--into is missing: a folder that does not exist yet");
const root = resolve(values.into);
const shape = makeShape(Number(values.layers));
await (values.built ? lamina.makeProject(root, shape) : placeRepository(root, writeCatalog(shape)));
const edited = chooseEdited(shape);
process.stdout.write(
  `${shape.length} layers in ${root}; an edit in ${edited} affects ${affectedBy(shape, edited).length}\n`,
);
