/** Where things stand on a chart: one for wide pages and paper, one for phones. */
export interface Format {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly ticks: number;
  readonly font: number;
}

export const WIDE: Format = { width: 960, left: 74, right: 14, ticks: 12, font: 12 };
export const NARROW: Format = { width: 350, left: 52, right: 8, ticks: 5, font: 11 };

/** Where the panels begin, below the numbers of the marks. */
export const BADGES = 30;
/** A row a host. */
export const LANE = 24;
