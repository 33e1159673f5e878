export interface TimelineShown {
  readonly shown: number;
  readonly named: boolean;
  readonly areas: boolean;
  readonly badges: string[];
  readonly marks: string[];
  readonly small: string[];
  readonly outside: string[];
}

export function faintTexts(least: number): { readonly looked: number; readonly faint: string[] };
export function timelines(): TimelineShown[];
export function colors(): string[];
export function unreachable(): { readonly scrolls: number; readonly unreachable: string[] };
export function outline(): {
  readonly levels: number[];
  readonly tablesWithoutCaption: number;
  readonly drawingsWithoutName: number;
};
export function onPaper(): { readonly background: string; readonly unfolded: boolean; readonly tooWide: number };
export function width(): number;
export function focused(): [text: string, hash: string];
