import { type Answers, answerTo, type QuestionId } from "../answers/answers.ts";
import { type HostItem, hostsText, readHosts } from "../answers/host-items.ts";
import { placesOf } from "../answers/places.ts";
import { settled } from "../answers/settings.ts";
import { TIERS, type Tier } from "../stack/schema.ts";

/** A host before it has an address: what it is called and what it is for. */
export interface NamedPlace {
  readonly name: string;
  readonly tiers: readonly Tier[];
}

/** All of an interview that is kept when it is broken off. There is no secret in it. */
export interface InterviewState {
  readonly answers: Answers;
  /** Of the layout `custom`. */
  readonly places: readonly NamedPlace[];
  /** Steps that were answered, also those that were answered with nothing. */
  readonly asked: readonly string[];
  /** Whether the advanced questions are to be asked too. */
  readonly everything: boolean;
}

/** What was said so far, and how hosts, their places and the layout hang together. */
export class Interview {
  /** Said by flags, the environment or a file: not asked. */
  readonly given: ReadonlySet<QuestionId>;
  /** Names of the hosts among it. */
  readonly givenHosts: ReadonlySet<string>;
  readonly asked = new Set<string>();
  /** Steps that a pasted list has answered: passed over once on the way forward. */
  readonly filled = new Set<string>();
  everything = false;
  places: readonly NamedPlace[] = [];
  #answers: Answers;
  /** Hosts by name with all that was said of them, also those that the present layout has no place for. */
  readonly #hosts = new Map<string, HostItem>();

  constructor(given: Answers, kept?: InterviewState) {
    const ids = (Object.keys(given) as QuestionId[]).filter((id) => answerTo(id, given) !== undefined);
    this.given = new Set(ids);
    this.givenHosts = new Set(readHosts(answerTo("hosts", given) ?? "").items.map(({ name }) => name));
    this.#answers = { ...kept?.answers, ...Object.fromEntries(ids.map((id) => [id, given[id]])) };
    for (const id of kept?.asked ?? []) this.asked.add(id);
    this.everything = kept?.everything ?? false;
    this.places = kept?.places ?? [];
    const { items } = readHosts(answerTo("hosts", this.#answers) ?? "");
    for (const item of items) this.#hosts.set(item.name, item);
    if (this.layout === "custom" && this.places.length === 0) {
      this.places = items.map(({ name, options }) => ({ name, tiers: tiersIn(options.tiers) }));
    }
  }

  get answers(): Answers {
    return this.#answers;
  }

  get state(): InterviewState {
    return { answers: this.#answers, places: this.places, asked: [...this.asked], everything: this.everything };
  }

  get layout(): string {
    return settled("layout", this.#answers) ?? "five";
  }

  /** The places that the layout has, in its order. */
  get seats(): readonly NamedPlace[] {
    if (this.layout === "custom") return this.places;
    return placesOf(this.layout).map(({ host, tiers }) => ({ name: host, tiers }));
  }

  /** Whether flags leave no place open. */
  get givesAllHosts(): boolean {
    return this.givenHosts.size > 0 && this.seats.every(({ name }) => this.givenHosts.has(name));
  }

  answer(id: QuestionId): string | undefined {
    return answerTo(id, this.#answers);
  }

  host(name: string): HostItem | undefined {
    return this.#hosts.get(name);
  }

  set(id: QuestionId, text: string): void {
    this.#answers = { ...this.#answers, [id]: text };
    if (id === "layout") this.#writeHosts();
  }

  /** Replaces what was said of a host. */
  setHost(item: HostItem): void {
    this.#hosts.set(item.name, item);
    this.#writeHosts();
  }

  /**
   * Takes a whole list of hosts in. It keeps the layout where it has a place for each of them; else it becomes one of
   * the standard layouts, or one of the user's own where none fits.
   */
  takeHosts(items: readonly HostItem[]): void {
    for (const item of items) this.#hosts.set(item.name, item);
    const layout = [this.layout, "five", "seven"].find((one) => items.every((item) => isSeat(item, one))) ?? "custom";
    if (layout === "custom") {
      const kept = this.seats.filter(({ name }) => this.#hosts.has(name) && !items.some((item) => item.name === name));
      const taken = items.map(({ name, options }) => {
        const tiers = tiersIn(options.tiers);
        return { name, tiers: tiers.length > 0 ? tiers : (this.seats.find((seat) => seat.name === name)?.tiers ?? []) };
      });
      this.places = [...kept, ...taken];
    }
    this.#answers = { ...this.#answers, layout };
    this.seats.forEach(({ name, tiers }, index) => {
      if (!items.some((item) => item.name === name)) return;
      const named = layout === "custom" ? [`place:${index}`, ...(tiers.length > 0 ? [`tiers:${index}`] : [])] : [];
      for (const step of [...named, `host:${index}`]) {
        this.filled.add(step);
        this.asked.add(step);
      }
    });
    this.#writeHosts();
  }

  /** Replaces the places of a layout of one's own; a host that was called otherwise keeps its address. */
  setPlaces(places: readonly NamedPlace[]): void {
    places.forEach(({ name }, index) => {
      const before = this.places[index]?.name;
      const item = before === undefined || before === name ? undefined : this.#hosts.get(before);
      if (item !== undefined && !this.#hosts.has(name)) this.#hosts.set(name, { ...item, name });
    });
    this.places = places;
    this.#writeHosts();
  }

  /** The answer `hosts` as it would be with this host in it: for checking it before it is taken. */
  hostsWith(item: HostItem): string {
    return hostsText(this.#items(new Map(this.#hosts).set(item.name, item)));
  }

  #writeHosts(): void {
    const { hosts: _, ...others } = this.#answers;
    const items = this.#items(this.#hosts);
    this.#answers = items.length === 0 ? others : { ...others, hosts: hostsText(items) };
  }

  /** The layout's places that have an address; in a layout of one's own each says its tiers. */
  #items(hosts: ReadonlyMap<string, HostItem>): HostItem[] {
    return this.seats.flatMap(({ name, tiers }) => {
      const item = hosts.get(name);
      if (item === undefined) return [];
      const { tiers: _, ...options } = item.options;
      const own = this.layout === "custom" && tiers.length > 0 ? { tiers: tiers.join("+") } : {};
      return [{ ...item, options: { ...options, ...own } }];
    });
  }
}

/** Whether a standard layout has a place of this name for these tiers. */
function isSeat({ name, options: { tiers } }: HostItem, layout: string): boolean {
  const seat = placesOf(layout).find(({ host }) => host === name);
  if (seat === undefined) return false;
  return tiers === undefined || tiersIn(tiers).join() === TIERS.filter((tier) => seat.tiers.includes(tier)).join();
}

/** Tiers as a host item names them: web+app. What is no tier is left out. */
function tiersIn(text: string | undefined): Tier[] {
  const words = (text ?? "").split("+").map((word) => word.trim());
  return TIERS.filter((tier) => words.includes(tier));
}
