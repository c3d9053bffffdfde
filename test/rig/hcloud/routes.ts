// The endpoints of the test API: each takes what was asked and answers from the project, or throws an ApiError.

import { randomBytes } from "node:crypto";
import { ApiError, invalidInput, notFound } from "./api-error.ts";
import type { RequestKind } from "./faults.ts";
import { type Labels, parseSelector } from "./labels.ts";
import { locations } from "./offering.ts";
import { orderOf } from "./order.ts";
import { pageOf, sortBy } from "./pages.ts";
import { type ApiObject, describeAction, describeImage, describeSshKey } from "./presenter.ts";
import type { CreateTrouble, Project } from "./project.ts";
import type { Provider } from "./provider.ts";
import { parseBody, serverCreation, serverUpdate, sshKeyCreation, sshKeyUpdate } from "./request-bodies.ts";

export interface Answer {
  readonly status: number;
  readonly body?: ApiObject;
}

interface Asked {
  /** Of the path, in its order. */
  readonly ids: readonly number[];
  readonly query: URLSearchParams;
  readonly body: string;
  readonly trouble: CreateTrouble;
}

type Route = (asked: Asked, provider: Provider) => Answer | Promise<Answer>;

const routes: Readonly<Partial<Record<RequestKind, Route>>> = {
  "POST /servers": createServer,
  "GET /servers": listServers,
  "GET /servers/{id}": ({ ids: [id = 0] }, { project, presenter }) =>
    found({ server: presenter.server(project.server(id)) }),
  "PUT /servers/{id}": ({ ids: [id = 0], body }, { project, presenter }) =>
    found({ server: presenter.server(project.updateServer(id, given(parseBody(serverUpdate, body)))) }),
  "DELETE /servers/{id}": ({ ids: [id = 0], trouble }, { project }) =>
    found({ action: describeAction(project.deleteServer(id, trouble.actionError)) }),
  "GET /servers/{id}/actions": listActionsOfServer,
  "GET /servers/{id}/actions/{id}": ({ ids: [, id = 0] }, { project }) => oneAction(project, id),
  "GET /actions": listActions,
  "GET /actions/{id}": ({ ids: [id = 0] }, { project }) => oneAction(project, id),
  "POST /ssh_keys": ({ body }, { project }) => {
    const { name, public_key, labels = {} } = parseBody(sshKeyCreation, body);
    return { status: 201, body: { ssh_key: describeSshKey(project.createSshKey(name, public_key, labels)) } };
  },
  "GET /ssh_keys": listSshKeys,
  "GET /ssh_keys/{id}": ({ ids: [id = 0] }, { project }) =>
    found({ ssh_key: describeSshKey(project.sshKey(id)) }),
  "PUT /ssh_keys/{id}": ({ ids: [id = 0], body }, { project }) =>
    found({ ssh_key: describeSshKey(project.updateSshKey(id, given(parseBody(sshKeyUpdate, body)))) }),
  "DELETE /ssh_keys/{id}": ({ ids: [id = 0] }, { project }) => {
    project.deleteSshKey(id);
    return { status: 204 };
  },
  "GET /server_types": ({ query }, { serverTypes, presenter }) =>
    list("server_types", serverTypes.filter(named(query)), query, (type) => presenter.serverType(type)),
  "GET /server_types/{id}": ({ ids: [id = 0] }, { serverTypes, presenter }) =>
    found({ server_type: presenter.serverType(the("server type", serverTypes, id)) }),
  "GET /locations": ({ query }) =>
    list("locations", sortBy(locations.filter(named(query)), query, byIdAndName), query, spread),
  "GET /locations/{id}": ({ ids: [id = 0] }) => found({ location: the("location", locations, id) }),
  "GET /datacenters": ({ query }, provider) => {
    refuseDatacenters(provider);
    const { status, body } = list("datacenters", locations, query, (one) =>
      provider.presenter.datacenter(one),
    );
    return { status, body: { ...body, recommendation: locations[0]?.id } };
  },
  "GET /datacenters/{id}": ({ ids: [id = 0] }, provider) => {
    refuseDatacenters(provider);
    return found({ datacenter: provider.presenter.datacenter(the("datacenter", locations, id)) });
  },
  "GET /pricing": (_, { presenter }) => found({ pricing: presenter.pricing() }),
  "GET /images": listImages,
  "GET /images/{id}": ({ ids: [id = 0] }, { images }) =>
    found({ image: describeImage(the("image", images, id)) }),
  "GET /firewalls": ({ query }, { belongings }) => list("firewalls", belongings.firewalls, query, spread),
  "GET /networks": ({ query }, { belongings }) => list("networks", belongings.networks, query, spread),
  "GET /placement_groups": ({ query }, { belongings }) =>
    list("placement_groups", belongings.placementGroups, query, spread),
};

/** The endpoint of a request, by its method and path after "/v1"; undefined where there is none. */
export function findRoute(
  method: string,
  path: string,
): { readonly kind: RequestKind; readonly ids: readonly number[]; readonly route: Route } | undefined {
  const ids = [...path.matchAll(/\/(\d+)(?=\/|$)/g)].map(([, id]) => Number(id));
  const asked = `${method} ${path.replaceAll(/\/\d+(?=\/|$)/g, "/{id}")}`;
  for (const [kind, route] of Object.entries(routes)) {
    if (kind === asked && isRequestKind(kind) && route !== undefined) return { kind, ids, route };
  }
  return undefined;
}

function isRequestKind(text: string): text is RequestKind {
  return Object.hasOwn(routes, text);
}

async function createServer({ body, trouble }: Asked, provider: Provider): Promise<Answer> {
  const wanted = parseBody(serverCreation, body);
  const order = orderOf(wanted, provider);
  const { server, create, start } = await provider.project.createServer(order, trouble);
  return {
    status: 201,
    body: {
      server: provider.presenter.server(server),
      action: describeAction(create),
      next_actions: [describeAction(start)],
      root_password: (wanted.ssh_keys ?? []).length > 0 ? null : randomBytes(10).toString("hex"),
    },
  };
}

function listServers({ query }: Asked, { project, presenter }: Provider): Answer {
  const statuses = query.getAll("status");
  const selector = parseSelector(query.get("label_selector") ?? "");
  const servers = project.servers
    .filter(named(query))
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter(({ labels }) => selector(labels));
  const sorted = sortBy(servers, query, {
    ...byIdAndName,
    created: ({ createdAtMs }) => createdAtMs,
  });
  return list("servers", sorted, query, (server) => presenter.server(server));
}

function listActionsOfServer({ ids: [id = 0], query }: Asked, { project }: Provider): Answer {
  project.server(id);
  return list("actions", project.actions.ofServer(id), query, describeAction);
}

function listActions({ query }: Asked, { project }: Provider): Answer {
  const ids = query.getAll("id").map(Number);
  // All actions of a project cannot be listed since January 2025.
  if (ids.length === 0 || !ids.every(Number.isInteger))
    throw invalidInput({ id: ["at least one is required"] });
  return found({
    actions: ids.flatMap((id) => project.actions.get(id) ?? []).map((one) => describeAction(one)),
  });
}

function oneAction(project: Project, id: number): Answer {
  const action = project.actions.get(id);
  if (action === undefined) throw notFound("action", id);
  return found({ action: describeAction(action) });
}

function listSshKeys({ query }: Asked, { project }: Provider): Answer {
  const fingerprint = query.get("fingerprint");
  const selector = parseSelector(query.get("label_selector") ?? "");
  const keys = project.sshKeys
    .filter(named(query))
    .filter((key) => fingerprint === null || key.fingerprint === fingerprint)
    .filter(({ labels }) => selector(labels));
  return list("ssh_keys", sortBy(keys, query, byIdAndName), query, describeSshKey);
}

function listImages({ query }: Asked, { images }: Provider): Answer {
  const architectures = query.getAll("architecture");
  const types = query.getAll("type");
  const listed = images
    .filter(named(query))
    .filter(({ architecture }) => architectures.length === 0 || architectures.includes(architecture))
    .filter(({ name }) => types.length === 0 || types.includes(name === null ? "snapshot" : "system"));
  return list("images", sortBy(listed, query, byIdAndName), query, describeImage);
}

function refuseDatacenters({ datacentersGone }: Provider): void {
  if (datacentersGone)
    throw new ApiError(410, "deprecated_api_endpoint", "this endpoint has been removed", {});
}

function found(body: ApiObject): Answer {
  return { status: 200, body };
}

function list<T>(
  name: string,
  items: readonly T[],
  query: URLSearchParams,
  present: (item: T) => ApiObject,
): Answer {
  const page = pageOf(items, query);
  return found({ [name]: page.items.map((item) => present(item)), meta: page.meta });
}

/** As it is. */
function spread(one: object): ApiObject {
  return { ...one };
}

interface Named {
  readonly id: number;
  readonly name: string | null;
}

const byIdAndName = { id: ({ id }: Named) => id, name: ({ name }: Named) => name ?? "" } as const;

function named(query: URLSearchParams): (one: Named) => boolean {
  const name = query.get("name");
  return (one) => name === null || one.name === name;
}

function the<T extends Named>(what: string, all: readonly T[], id: number): T {
  const one = all.find((candidate) => candidate.id === id);
  if (one === undefined) throw notFound(what, id);
  return one;
}

/** Without the fields that were not given. */
function given({ name, labels }: Update): {
  readonly name?: string;
  readonly labels?: Labels;
} {
  return { ...(name === undefined ? {} : { name }), ...(labels === undefined ? {} : { labels }) };
}

interface Update {
  readonly name?: string | undefined;
  readonly labels?: Labels | undefined;
}
