import type { Timers } from "../../stack/timers.ts";
import type { Prediction } from "./drill.ts";

/** How much later than three adverts the other balancer takes over: its priority says it. The later of the two counts. */
function skew({ advert, priorities }: Timers): { readonly ms: number; readonly formula: string } {
  const priority = Math.min(...priorities);
  return { ms: ((256 - priority) / 256) * advert, formula: `(256 - ${priority}) / 256 x ${advert}` };
}

/** The holder says nothing any more. */
export function silence(timers: Timers): Prediction {
  const { ms, formula } = skew(timers);
  return prediction(3 * timers.advert + ms, `3 adverts and the skew: 3 x ${timers.advert} + ${formula}`);
}

/** The holder says goodbye, and the other one needs its skew alone. */
export function goodbye(timers: Timers): Prediction {
  const { ms, formula } = skew(timers);
  return prediction(ms, `the skew: ${formula}`);
}

/** The holder makes ready for it, then says goodbye. */
export function plannedHandover(timers: Timers): Prediction {
  const { handover, standstill } = timers;
  const what = `nobody new is let in for ${handover} ms, then nobody at all for ${standstill} ms`;
  return first(handover + standstill, what, goodbye(timers));
}

/** This comes first, then something else. */
export function first(beforeMs: number, what: string, then: Prediction): Prediction {
  const downtimeMs = Math.round(beforeMs + then.downtimeMs);
  return { downtimeMs, formula: `${what}, then ${then.formula}; ${downtimeMs} ms in all` };
}

/** Nobody notices, or only those who wait longer. */
export function none(why: string): () => Prediction {
  return () => prediction(0, why);
}

function prediction(ms: number, formula: string): Prediction {
  const downtimeMs = Math.round(ms);
  return { downtimeMs, formula: downtimeMs === 0 && !/\d/.test(formula) ? formula : `${formula} = ${downtimeMs} ms` };
}
