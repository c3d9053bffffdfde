// E05xx: a lamina.lock that cannot be read.

import type { Explanation, SampleFiles } from "./explanation.ts";

const plan = { kind: "plan" } as const;
const emptyLock = '{\n  "version": 1,\n  "bases": {},\n  "layers": {}\n}\n';
const mended: SampleFiles = { "lamina.lock": emptyLock };

export const lock: readonly Explanation[] = [
  {
    code: "E0501",
    title: "a lock that cannot be opened",
    cause: "lamina.lock is there, but it is a folder, or its permissions forbid to read it.",
    fix: "Mend what the message says.",
    question: plan,
    wrong: { "lamina.lock": `«»${emptyLock}` },
    unreadable: ["lamina.lock"],
    mended,
  },
  {
    code: "E0502",
    title: "a lock with a merge conflict",
    cause: "Two branches changed the same layer, and the conflict was committed as it was.",
    fix: "Run `lamina lock --update`: it keeps what both sides agree on, and `lamina build` builds the rest. `lamina lock --merge` as a merge driver of git keeps it from happening.",
    question: plan,
    wrong: {
      "lamina.lock":
        '{\n  "version": 1,\n«<<<<<<< ours»\n  "bases": {},\n=======\n  "bases": {},\n>>>>>>> theirs\n  "layers": {}\n}\n',
    },
    mended,
  },
  {
    code: "E0503",
    title: "a lock that is not JSON",
    cause: "The file was edited by hand, or cut off.",
    fix: "Restore it from version control, or delete it: then every layer is built again.",
    question: plan,
    wrong: { "lamina.lock": '{\n  "version": 1,\n  "bases": {},\n«}»\n' },
    mended,
  },
  {
    code: "E0504",
    title: "a lock that names something twice",
    cause: "A merge kept both sides of a change.",
    fix: "Keep one of the two.",
    question: plan,
    wrong: { "lamina.lock": '{\n  "version": 1,\n  "bases": {},\n  «"bases"»: {},\n  "layers": {}\n}\n' },
    mended,
  },
  {
    code: "E0505",
    title: "a lock of a newer lamina",
    cause: "Somebody wrote the lock with a version of lamina that this one does not know yet.",
    fix: "Update lamina to the version that the project uses.",
    question: plan,
    wrong: { "lamina.lock": '{\n  "version": «99»,\n  "bases": {},\n  "layers": {}\n}\n' },
    mended,
  },
  {
    code: "E0506",
    title: "a lock of a wrong shape",
    cause: "The file is JSON, but not what lamina writes: it was edited by hand.",
    fix: "Restore it from version control, or delete it: then every layer is built again.",
    question: plan,
    wrong: { "lamina.lock": '{\n  "version": 1,\n  "bases": {},\n  "layers": «[]»\n}\n' },
    mended,
  },
  {
    code: "E0507",
    title: "a conflict in the lock that cannot be resolved",
    cause:
      "The conflict markers were edited, or lie in such a way that one side of them is no lock by itself. A conflict with two whole sides is resolved by `lamina lock --update`.",
    fix: "Take one side with `git checkout --ours lamina.lock` (or --theirs), then run `lamina build`: what the lock lacks is built again.",
    question: { kind: "mend-lock" },
    wrong: {
      "lamina.lock":
        '{\n  "version": 1,\n«<<<<<<< ours»\n  "bases": {},\n=======\n  "bases":\n>>>>>>> theirs\n  "layers": {}\n}\n',
    },
    mended,
  },
];
