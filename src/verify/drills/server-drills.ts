import type { RequestKind } from "../../report/schema.ts";
import { outOfMemory } from "../faults/out-of-memory.ts";
import { powerLoss } from "../faults/power.ts";
import { frozen, killed, stopped } from "../faults/units.ts";
import { all, needsFiles, needsPower, needsTwo } from "./conditions.ts";
import type { Drill } from "./drill.ts";
import { maintenancePage, onlyMaintenance } from "./maintenance.ts";
import { none } from "./predictions.ts";
import { allOf, oneOf } from "./targets.ts";
import { seenDown } from "./watch.ts";

const NGINX = "nginx.service";
const APP = "app.service";
const objective = { downtimeMs: 500, failedSafe: 0, maxHolders: 1 } as const;
const web = { target: oneOf("web"), applies: all(needsTwo("web"), needsFiles), objective } as const;
const app = { target: oneOf("app"), applies: needsTwo("app"), objective } as const;

/** A request that met the frozen server is asked of the other one after its response timeout: that is to be seen. */
const RETRIED_MS = 1_500;

const refused = none("a refused connection is made to the other server at once");

export const webDrills: readonly Drill[] = [
  {
    ...web,
    id: "nginx-stopped",
    title: "Nginx is stopped on one web server",
    does: "stops Nginx on …",
    fault: stopped(NGINX),
    ends: "when mended",
    awaits: seenDown("web"),
    predict: refused,
  },
  {
    ...web,
    id: "nginx-frozen",
    title: "Nginx freezes on one web server",
    does: "freezes Nginx on …",
    fault: frozen(NGINX),
    watches: ({ response }) => response.web + RETRIED_MS,
    ends: "when mended",
    awaits: seenDown("web"),
    predict: ({ response }) =>
      none(`the other server answers; a request to the frozen one waits ${response.web} ms, then goes to the other`)(),
  },
  {
    ...web,
    id: "web-power-loss",
    title: "A web server loses power",
    does: "cuts the power of …",
    applies: all(needsPower, web.applies),
    fault: powerLoss,
    silences: true,
    ends: "when mended",
    awaits: seenDown("web"),
    predict: ({ connect }) => none(`a connection that is not made within ${connect} ms is made to the other server`)(),
  },
];

export const appDrills: readonly Drill[] = [
  {
    ...app,
    id: "app-killed",
    title: "The application is killed on one app server, and systemd restarts it",
    does: "kills the application on …",
    fault: killed(APP),
    ends: "by itself",
    predict: refused,
  },
  {
    ...app,
    id: "app-frozen",
    title: "The application freezes on one app server",
    does: "freezes the application on …",
    fault: frozen(APP),
    watches: ({ response }) => response.app + RETRIED_MS,
    ends: "when mended",
    awaits: seenDown("app"),
    predict: ({ response }) =>
      none(`the other server answers; a request to the frozen one waits ${response.app} ms, then goes to the other`)(),
  },
  {
    ...app,
    id: "app-out-of-memory",
    title: "The application runs out of memory on one app server",
    does: "takes all memory that is left from the application on …",
    fault: outOfMemory(APP),
    ends: "by itself",
    predict: refused,
  },
  {
    ...app,
    id: "app-power-loss",
    title: "An app server loses power",
    does: "cuts the power of …",
    applies: all(needsPower, app.applies),
    fault: powerLoss,
    silences: true,
    ends: "when mended",
    awaits: seenDown("app"),
    predict: ({ connect }) => none(`a connection that is not made within ${connect} ms is made to the other server`)(),
  },
];

const FILES: readonly RequestKind[] = ["static"];
const DYNAMIC: readonly RequestKind[] = ["read", "write"];

export const tierDrills: readonly Drill[] = [
  {
    id: "web-tier-gone",
    title: "Every web server is gone",
    does: "stops Nginx on …",
    target: allOf("web"),
    applies: needsFiles,
    objective,
    suffers: FILES,
    fault: stopped(NGINX),
    ends: "when mended",
    awaits: seenDown("web"),
    predict: none("the application needs no web server"),
    look: maintenancePage("web"),
    also: onlyMaintenance(FILES),
  },
  {
    id: "app-tier-gone",
    title: "Every app server is gone",
    does: "stops the application on …",
    target: allOf("app"),
    applies: needsFiles,
    objective,
    suffers: DYNAMIC,
    fault: stopped(APP),
    ends: "when mended",
    awaits: seenDown("app"),
    predict: none("files need no application"),
    look: maintenancePage("app"),
    also: onlyMaintenance(DYNAMIC),
  },
];
