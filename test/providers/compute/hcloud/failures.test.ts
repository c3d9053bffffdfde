// Each row of the API's errors: what is done about it, how long is waited, and what is told in the end.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Fault, fieldFaults } from "../../../rig/hcloud/faults.ts";
import { newRequest, openProject, type Project, told, unheard } from "./project.ts";

let project: Project;
beforeEach(async () => {
  project = await openProject();
});
afterEach(() => project.close());

const error = (status: number, code: string, message = "as it pleases"): RequestFault => ({
  kind: "error",
  status,
  code,
  message,
});

/** Of one request, which may have taken effect before. */
type RequestFault = Extract<Fault, { readonly after?: boolean }>;

const transient: readonly (readonly [string, RequestFault, RegExp])[] = [
  ["conflict", error(409, "conflict"), /: as it pleases \(409 conflict, correlation id C\)$/],
  ["bad_gateway", error(502, "bad_gateway"), /: as it pleases \(502 bad_gateway, correlation id C\)$/],
  ["timeout", error(504, "timeout"), /: as it pleases \(504 timeout, correlation id C\)$/],
  ["502 of a gateway", { kind: "gateway", status: 502 }, /: no answer of the API's own \(502\)$/],
  ["504 of a gateway", { kind: "gateway", status: 504 }, /: no answer of the API's own \(504\)$/],
  ["no answer in time", { kind: "silence" }, /: no answer within 1 s$/],
  // Which of the two depends on when it was reset.
  ["a connection that is reset", { kind: "reset" }, /: (other side closed|read ECONNRESET)$/],
];

describe.each(transient)("%s", (_, fault, words) => {
  beforeEach(async () => {
    await project.close();
    project = await openProject({ requestTimeoutMs: fault.kind === "silence" ? 1000 : undefined });
  });

  test("is tried again after a while", async () => {
    project.server.faults.add("GET /servers", fault, 2);
    expect(await project.list()).toEqual({ ok: true, value: [] });
    expect(project.asked()).toHaveLength(3);
    expect(project.clock.delays).toEqual([500, 1000]);
  });

  test("is told after five more times, with ever longer waits between", async () => {
    project.server.faults.decide = () => fault;
    expect(told(await project.list())).toEqual({
      kind: "unavailable",
      message: expect.stringMatching(words),
    });
    expect(project.asked()).toHaveLength(6);
    expect(project.clock.delays).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test("of a create that took effect, the server is found by its name", async () => {
    project.server.faults.add("POST /servers", { ...fault, after: true });
    const request = newRequest();
    const created = await project.create(request);
    expect(created).toMatchObject({ ok: true, value: { leaseId: request.leaseId } });
    expect(project.server.servers()).toHaveLength(1);
    expect(project.asked().slice(0, 2)).toEqual(["POST /servers", "GET /servers?name"]);
  });

  test("of a create that did not, it is asked for again", async () => {
    project.server.faults.add("POST /servers", fault);
    expect((await project.create(newRequest())).ok).toBe(true);
    expect(project.asked().slice(0, 3)).toEqual(["POST /servers", "GET /servers?name", "POST /servers"]);
    expect(project.server.servers()).toHaveLength(1);
  });
});

const final: readonly (readonly [code: string, fault: RequestFault, failure: unknown])[] = [
  [
    "resource_unavailable",
    fieldFaults.unavailable,
    { kind: "no-capacity", message: "error during placement (412 resource_unavailable, correlation id C)" },
  ],
  [
    "placement_error",
    fieldFaults.placement,
    { kind: "no-capacity", message: "error during placement (412 placement_error, correlation id C)" },
  ],
  [
    "resource_limit_exceeded",
    fieldFaults.limitReached,
    {
      kind: "limit-reached",
      message: "server limit exceeded (403 resource_limit_exceeded, correlation id C)",
    },
  ],
  [
    "invalid_input of a type and a place",
    error(422, "invalid_input", "unsupported location for server type"),
    {
      kind: "refused",
      message: "unsupported location for server type (422 invalid_input, correlation id C)",
      help: "name another type and location in runners.candidates",
    },
  ],
  [
    "invalid_input of fields",
    {
      kind: "error",
      status: 422,
      code: "invalid_input",
      message: "invalid input in field 'image'",
      details: { fields: [{ name: "image", messages: ["is unknown"] }] },
    },
    {
      kind: "refused",
      message: "invalid input in field 'image': image: is unknown (422 invalid_input, correlation id C)",
    },
  ],
  [
    "unauthorized",
    error(401, "unauthorized"),
    {
      kind: "refused",
      message: "as it pleases (401 unauthorized, correlation id C)",
      help: "HCLOUD_TOKEN must hold a token of the project, made for reading and writing",
    },
  ],
  [
    "forbidden",
    error(403, "forbidden"),
    {
      kind: "refused",
      message: "as it pleases (403 forbidden, correlation id C)",
      help: "HCLOUD_TOKEN must hold a token of the project, made for reading and writing",
    },
  ],
  [
    "token_readonly",
    error(403, "token_readonly"),
    {
      kind: "refused",
      message: "as it pleases (403 token_readonly, correlation id C)",
      help: "make a token for reading and writing, and put it into HCLOUD_TOKEN",
    },
  ],
  [
    "maintenance",
    fieldFaults.maintenance,
    {
      kind: "refused",
      message: "maintenance in progress (503 maintenance, correlation id C)",
      help: "wait until Hetzner's maintenance is over: status.hetzner.com",
    },
  ],
  [
    "resource_locked",
    error(422, "resource_locked"),
    {
      kind: "refused",
      message: "as it pleases (422 resource_locked, correlation id C)",
      help: "ask Hetzner's support why the resource is locked",
    },
  ],
  [
    "deprecated_api_endpoint",
    error(410, "deprecated_api_endpoint"),
    {
      kind: "refused",
      message: "as it pleases (410 deprecated_api_endpoint, correlation id C)",
      help: "a newer lamina may know what took the place of this request",
    },
  ],
  [
    "server_error",
    fieldFaults.serverError,
    { kind: "unavailable", message: "internal server error (500 server_error, correlation id C)" },
  ],
  [
    "503 of a gateway",
    { kind: "gateway", status: 503 },
    { kind: "unavailable", message: "no answer of the API's own (503)" },
  ],
  [
    "a code that nobody knew",
    error(418, "teapot"),
    { kind: "refused", message: "as it pleases (418 teapot, correlation id C)" },
  ],
];

describe.each(final)("%s", (_, fault, failure) => {
  test("is told at once, and nothing is asked again", async () => {
    project.server.faults.decide = () => fault;
    expect(prefixCut(told(await project.list()))).toEqual(failure);
    expect(project.asked()).toEqual(["GET /servers?label_selector"]);
    expect(project.clock.delays).toEqual([]);
  });

  test("of a create it is told after a look whether the server is there", async () => {
    project.server.faults.decide = (on) => (on === "POST /servers" ? fault : undefined);
    expect(prefixCut(told(await project.create(newRequest())))).toEqual(failure);
    expect(project.asked()).toEqual(["POST /servers", "GET /servers?name"]);
  });

  test("of a create that took effect all the same, the server is found", async () => {
    project.server.faults.add("POST /servers", { ...fault, after: true });
    expect((await project.create(newRequest())).ok).toBe(true);
    expect(project.server.servers()).toHaveLength(1);
  });
});

describe("rate_limit_exceeded", () => {
  test("is waited out, as long as the limit takes to fill up again", async () => {
    project.server.faults.add("GET /servers", fieldFaults.rateLimited, 2);
    expect(await project.list()).toEqual({ ok: true, value: [] });
    expect(project.asked()).toHaveLength(3);
    expect(project.clock.delays.length).toBeGreaterThan(2);
  });

  test("is told after five more times", async () => {
    project.server.faults.decide = () => fieldFaults.rateLimited;
    expect(prefixCut(told(await project.list()))).toEqual({
      kind: "unavailable",
      message: "limit of 3600 requests per hour reached (429 rate_limit_exceeded, correlation id C)",
    });
    expect(project.asked()).toHaveLength(6);
  });
});

describe("locked", () => {
  test("a server is deleted as soon as its other action has ended", async () => {
    const request = newRequest();
    await project.create(request);
    project.server.faults.add("DELETE /servers/{id}", fieldFaults.locked, 20);
    expect(await project.compute.destroy(request, unheard)).toEqual({ ok: true, value: undefined });
    expect(project.server.servers()).toEqual([]);
  });

  test("is told where that lasts for minutes", async () => {
    const request = newRequest();
    await project.create(request);
    const before = project.clock.nowMs();
    project.server.faults.decide = (on) => (on === "DELETE /servers/{id}" ? fieldFaults.locked : undefined);
    expect(told(await project.compute.destroy(request, unheard))).toEqual({
      kind: "unavailable",
      message: "Hetzner Cloud, DELETE /servers/N: server is locked (423 locked, correlation id C)",
    });
    expect(project.clock.nowMs() - before).toBeGreaterThan(120_000);
  });
});

test("not_found of a DELETE is success", async () => {
  const request = newRequest();
  await project.create(request);
  project.server.faults.add("DELETE /servers/{id}", error(404, "not_found"));
  expect(await project.compute.destroy(request, unheard)).toEqual({ ok: true, value: undefined });
});

describe("uniqueness_error", () => {
  test("where the server of that name is ours, it is taken", async () => {
    const request = newRequest();
    const first = await project.create(request);
    expect(await project.create(request)).toMatchObject(first);
    expect(project.asked().filter((one) => one === "POST /servers")).toHaveLength(2);
  });

  test("where there is none of that name by then, it is told", async () => {
    project.server.faults.add("POST /servers", fieldFaults.duplicateName);
    expect(told(await project.create(newRequest()))).toEqual({
      kind: "unavailable",
      message:
        "Hetzner Cloud, POST /servers: server name is already used: name: server name is already used (409 uniqueness_error, correlation id C)",
    });
  });

  test("where the server has other labels, it is left as it is", async () => {
    const request = newRequest();
    await project.create(request);
    expect(told(await project.create({ ...request, pool: "another" }))).toEqual({
      kind: "refused",
      message:
        "Hetzner Cloud: server N, lamina-L, has not the labels of this pool and lease: it is left as it is",
    });
  });
});

describe("an action that ends in an error", () => {
  const failing: Fault = {
    kind: "action-error",
    code: "unknown_error",
    message: "an unknown error occurred",
  };

  test("of a create: the server came up broken, and is deleted", async () => {
    project.server.faults.add("POST /servers", failing);
    expect(told(await project.create(newRequest()))).toEqual({
      kind: "broken",
      message:
        "Hetzner Cloud: lamina-L came up broken: create_server: an unknown error occurred (unknown_error)",
    });
    expect(project.server.servers()).toEqual([]);
  });

  test("of a create whose server cannot be deleted either: both are told, and list shows it", async () => {
    project.server.faults.add("POST /servers", failing);
    project.server.faults.add("DELETE /servers/{id}", error(403, "protected", "server is protected"));
    expect(told(await project.create(newRequest()))).toEqual({
      kind: "unavailable",
      message:
        "Hetzner Cloud: lamina-L came up broken: create_server: an unknown error occurred (unknown_error); Hetzner Cloud, DELETE /servers/N: server is protected (403 protected, correlation id C)",
    });
    expect(await project.list()).toMatchObject({ ok: true, value: [{ state: "off" }] });
  });

  test("of a create whose answer was lost: it is broken all the same", async () => {
    const request = newRequest();
    project.server.faults.add("POST /servers", failing);
    project.server.faults.add("DELETE /servers/{id}", error(403, "protected", "server is protected"));
    await project.create(request);
    expect(told(await project.create(request))).toEqual({
      kind: "broken",
      message: "Hetzner Cloud: lamina-L came up broken: it is off",
    });
    expect(project.server.servers()).toEqual([]);
  });

  test("of a delete: it is asked for again, three times at most", async () => {
    const request = newRequest();
    await project.create(request);
    project.server.faults.add("DELETE /servers/{id}", failing, 2);
    expect(await project.compute.destroy(request, unheard)).toEqual({ ok: true, value: undefined });
    await project.create(request);
    project.server.faults.add("DELETE /servers/{id}", failing, 3);
    expect(told(await project.compute.destroy(request, unheard))).toEqual({
      kind: "unavailable",
      message: "Hetzner Cloud: server N could not be deleted: an unknown error occurred",
    });
  });
});

test("what is no answer of this API is told with the place that is wrong", async () => {
  project.server.faults.decide = () => ({ kind: "error", status: 200, code: "odd", message: "odd" });
  expect(told(await project.list())).toEqual({
    kind: "unavailable",
    message:
      "Hetzner Cloud, GET /servers: the answer is not what it should be at servers: Invalid input: expected array, received undefined",
  });
});

/** Which request it was is part of each message. */
function prefixCut(failure: unknown): unknown {
  return JSON.parse(JSON.stringify(failure).replace(/Hetzner Cloud, [A-Z]+ [^ ]+: /, ""));
}
