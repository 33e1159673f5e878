import type { QuestionId } from "../../answers/answers.ts";
import { QUESTIONS } from "../../answers/questions.ts";
import type { Outcome, Step } from "../runner.ts";
import type { Tools } from "../tools.ts";
import { askDatabase } from "./database.ts";
import { askEnvironment } from "./environment.ts";
import { askHost } from "./host.ts";
import { askHostKeys } from "./host-keys.ts";
import { askLayout } from "./layout.ts";
import { askAboutLooks } from "./looks.ts";
import { askMore } from "./more.ts";
import { askPlaceName, askPlaceTiers } from "./place.ts";
import { askQuestion } from "./question.ts";
import { askReview, type ReviewParts } from "./review.ts";
import { askVirtualIp } from "./virtual-ip.ts";

/** Said by another question, which has a page of its own. */
const TOLD_ELSEWHERE: readonly QuestionId[] = ["database-packages"];

/** All pages in their order, as the answers so far have it. */
export function buildSteps(tools: Tools): readonly Step[] {
  const { interview } = tools;
  const plain = QUESTIONS.filter(
    // Where there is one choice, there is nothing to choose.
    ({ id, choices }) => isOpen(id, tools) && !TOLD_ELSEWHERE.includes(id) && choices.length !== 1,
  );
  const asked = plain.filter(({ advanced }) => !advanced).map(({ id }) => id);
  const more = plain.filter(({ advanced }) => advanced).map(({ id }) => id);
  const isBefore = (id: QuestionId) => QUESTIONS.findIndex((one) => one.id === id) <= LAST_OF_LOGIN;
  return [
    ...asked.filter(isBefore).flatMap((id) => stepsOf(id, tools)),
    looksStep(tools),
    keysStep(tools),
    ...asked.filter((id) => !isBefore(id)).flatMap((id) => stepsOf(id, tools)),
    ...(more.length === 0 ? [] : [counted("more", (progress) => askMore(tools, progress, more.length))]),
    ...(interview.everything ? more.flatMap((id) => stepsOf(id, tools)) : []),
    silent("review", () => askReview(tools, () => reviewParts(tools))),
  ].map((step) => passingOver(step, tools));
}

/** Every question has a page there, also those that were answered by flags. */
function reviewParts(tools: Tools): ReviewParts {
  const { interview } = tools;
  const hosts = interview.seats.flatMap((_, index) => [...placeSteps(index, tools), hostStep(index, tools)]);
  const others = QUESTIONS.filter(({ id }) => id !== "hosts").flatMap(({ id }) => stepsOf(id, tools));
  const places = interview.layout === "custom" ? hosts : hosts.filter(({ id }) => id.startsWith("host:"));
  return { steps: [...others, ...places], afterHosts: [looksStep(tools), keysStep(tools)] };
}

/** A step that a pasted list has answered is passed over once, on the way forward. */
function passingOver(step: Step, { interview }: Tools): Step {
  return {
    ...step,
    ask: async (progress, backwards) =>
      !backwards && interview.filled.delete(step.id) ? "silent" : step.ask(progress, backwards),
  };
}

/**
 * The step to begin with: the first that was not answered by flags or in an interview that is taken up again. Hosts
 * that are known are looked at before anything is asked that comes after them.
 */
export function firstOpen(tools: Tools): string | undefined {
  return buildSteps(tools).find(({ id, counted }) => id === "looks" || (counted && !tools.interview.asked.has(id)))?.id;
}

const LAST_OF_LOGIN = QUESTIONS.findIndex(({ id }) => id === "ssh-identity");

function isOpen(id: QuestionId, { interview }: Tools): boolean {
  if (interview.given.has(id)) return id === "hosts";
  // Whoever gives all hosts by flags has chosen the layout with them.
  return id !== "layout" || !interview.givesAllHosts;
}

function stepsOf(id: QuestionId, tools: Tools): Step[] {
  switch (id) {
    case "layout":
      return [counted(id, (progress) => askLayout(tools, progress))];
    case "hosts":
      return hostSteps(tools);
    case "virtual-ip":
      return [counted(id, (progress) => askVirtualIp(tools, progress))];
    case "app-env":
      return [counted(id, (progress) => askEnvironment(tools, progress))];
    case "database-engine":
      return [counted(id, (progress) => askDatabase(tools, progress))];
    default:
      return [counted(id, (progress) => askQuestion(id, tools, progress))];
  }
}

/** One step a place; in a layout of the user's own each place is named first, and one more may follow. */
function hostSteps(tools: Tools): Step[] {
  const { interview } = tools;
  const own = interview.layout === "custom" && !interview.givesAllHosts;
  const steps = interview.seats.flatMap(({ name }, index) => {
    if (interview.givenHosts.has(name)) return [];
    const address = hostStep(index, tools);
    return own ? [...placeSteps(index, tools), address] : [address];
  });
  const next = interview.places.length;
  return own ? [...steps, counted(`place:${next}`, (progress) => askPlaceName(next, tools, progress))] : steps;
}

function placeSteps(index: number, tools: Tools): Step[] {
  return [
    counted(`place:${index}`, (progress) => askPlaceName(index, tools, progress)),
    counted(`tiers:${index}`, (progress) => askPlaceTiers(index, tools, progress)),
  ];
}

function hostStep(index: number, tools: Tools): Step {
  return counted(`host:${index}`, (progress) => askHost(index, tools, progress));
}

function looksStep(tools: Tools): Step {
  return silent("looks", (progress, backwards) => askAboutLooks(tools, progress, backwards));
}

function keysStep(tools: Tools): Step {
  return silent("host-keys", (progress, backwards) => askHostKeys(tools, progress, backwards));
}

type Ask = (progress: string, backwards: boolean) => Promise<Outcome>;

function counted(id: string, ask: Ask): Step {
  return { id, counted: true, ask };
}

/** Asks only if there is something to ask. */
function silent(id: string, ask: Ask): Step {
  return { id, counted: false, ask };
}
